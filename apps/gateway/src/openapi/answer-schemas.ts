import { z } from "zod";
import { keyStates } from "../pool/keys-status.ts";

const use = z.object({
  limit: z.int(),
  used: z.int(),
  remaining: z.int(),
  resetIn: z
    .int()
    .nullable()
    .meta({ description: "Seconds; null when nothing is used" }),
});

/** `GET /health`. */
export const healthSchema = z.object({
  status: z.literal("ok"),
  timestamp: z.iso.datetime(),
  version: z.string(),
});

/** `GET /ready`. */
export const readinessSchema = z.object({
  status: z.enum(["ready", "not ready"]),
  reason: z.string().optional(),
  timestamp: z.iso.datetime(),
  version: z.string(),
});

/** `GET /api/v1/keys/status`. */
export const keysStatusSchema = z.object({
  keys: z.array(
    z.object({
      id: z.string(),
      key: z.string().meta({ description: "The mask" }),
      account: z.string(),
      state: z.enum(keyStates),
      available: z.boolean(),
      minute: use,
      day: use.extend({
        elsewhere: z.int().meta({
          description: "The part of `used` that others used of the account",
        }),
      }),
    }),
  ),
  pool: z.object({
    keys: z.int(),
    available: z.int(),
    accounts: z.int(),
    perMinute: z.int(),
    windowMs: z.int(),
    slotsFree: z.int(),
    leftToday: z.int(),
  }),
  queue: z.object({ waiting: z.int(), inFlight: z.int() }),
  workers: z.int(),
});

/** `GET /v1/models/count`. */
export const modelsCountSchema = z.object({
  data: z.object({ count: z.int() }),
});
