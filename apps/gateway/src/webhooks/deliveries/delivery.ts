import { deliveryStatuses } from "@openrouter-free-pool/shared/api/webhooks/delivery-object";
import { z } from "zod";
import type { WebhookEvent } from "../events/event.ts";

/** A longer error says nothing more. */
const longestError = 200;

/**
 * The delivery of an event, as a Redis hash. Times in ms since the epoch of Redis's clock.
 * It holds no address: that may have a secret in it.
 */
export const deliverySchema = z.object({
  id: z.string(),
  type: z.string(),
  /** Id of the batch or the response. */
  about: z.string(),
  /** Id of the client whose it is; missing when clients needed no keys. */
  owner: z.string().exactOptional(),
  createdAt: z.coerce.number(),
  status: z.enum(deliveryStatuses),
  /** Tries that have ended. */
  attempts: z.coerce.number(),
  /** Tries in vain since it was sent, or sent again. */
  failures: z.coerce.number(),
  /** When it was sent, or sent again: it is tried for so long from then on. */
  since: z.coerce.number(),
  /** When the last try ended. */
  triedAt: z.coerce.number().exactOptional(),
  /** The host that was tried last. */
  receiver: z.string().exactOptional(),
  /** Why the last try was in vain; empty when it was not. */
  error: z.string().exactOptional(),
});

/** See {@link deliverySchema}. */
export type Delivery = Readonly<z.output<typeof deliverySchema>>;

/** A delivery that has not been tried. */
export function newDelivery(
  event: WebhookEvent,
  owner: string | undefined,
): Delivery {
  return {
    ...event,
    ...(owner === undefined ? {} : { owner }),
    status: "waiting",
    attempts: 0,
    failures: 0,
    since: event.createdAt,
  };
}

/** What of an error is kept and shown. Receivers write some of it, so that it has a bound and is one line. */
export function describeFailure(error: unknown): string {
  const { message, code } = error as { message?: unknown; code?: unknown };
  const text = String(message || code || "unknown error");
  return text.replace(/[\p{C}\s]+/gu, " ").slice(0, longestError);
}
