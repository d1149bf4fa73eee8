import { deliveryStatuses } from "@openrouter-free-pool/shared/api/webhooks/delivery-object";
import { z } from "zod";
import type { WebhookEvent } from "../events/event.ts";

/** Longer texts of errors are cut, in characters. */
const longestError = 200;

/**
 * The delivery of an event, as a Redis hash. Times in ms since the epoch of Redis's clock. It does
 * not contain the address, which may contain a secret.
 */
export const deliverySchema = z.object({
  id: z.string(),
  type: z.string(),
  /** Id of the batch or the response. */
  about: z.string(),
  /** Id of the client that owns it; missing when clients needed no keys. */
  owner: z.string().exactOptional(),
  createdAt: z.coerce.number(),
  status: z.enum(deliveryStatuses),
  /** Tries that have ended. */
  attempts: z.coerce.number(),
  /** Failed tries since it was sent, or sent again. */
  failures: z.coerce.number(),
  /** When it was sent, or sent again: the time limit for tries starts then. */
  since: z.coerce.number(),
  /** When the last try ended. */
  triedAt: z.coerce.number().exactOptional(),
  /** The host that was tried last. */
  receiver: z.string().exactOptional(),
  /** Why the last try failed; empty when it did not. */
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

/**
 * The text of an error that is kept and shown. Receivers write some of it, so it is bounded and on
 * one line.
 */
export function describeFailure(error: unknown): string {
  const { message, code } = error as { message?: unknown; code?: unknown };
  const text = String(message || code || "unknown error");
  return text.replace(/[\p{C}\s]+/gu, " ").slice(0, longestError);
}
