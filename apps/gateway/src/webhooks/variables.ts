import type { Requirement } from "@openrouter-free-pool/shared/config/load-config";
import {
  httpUrl,
  milliseconds,
  yesOrNo,
} from "@openrouter-free-pool/shared/config/variables";
import { z } from "zod";

const secretForm = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;
const wanted = "whsec_ and 24 to 64 bytes in base64";

/** Where events go and how they are signed, as it is read from the environment. */
export const webhookVariables = {
  /** Gets the events of clients that have no `webhookUrl` of their own. */
  WEBHOOK_URL: httpUrl().optional(),
  /** Signs events; the secrets of clients are derived from it. */
  WEBHOOK_SECRET: z
    .string()
    .regex(secretForm, wanted)
    .optional()
    .meta({ secret: true }),
  /** Whether events may go to addresses that are not public. */
  WEBHOOK_ALLOW_PRIVATE: yesOrNo().default(false),
  /** The pause before the second try, in ms; each pause is twice the one before. */
  WEBHOOK_RETRY_MS: milliseconds(100).default(5_000),
} as const;

/** Events are never sent unsigned. */
export const requireWebhookSecret: Requirement = (given) =>
  given.WEBHOOK_URL !== undefined && given.WEBHOOK_SECRET === undefined
    ? "WEBHOOK_SECRET: got nothing, wants a secret such as `whsec_` and 32 random bytes in base64 when WEBHOOK_URL is given"
    : undefined;
