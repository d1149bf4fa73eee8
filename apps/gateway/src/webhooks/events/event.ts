import { hash } from "node:crypto";
import { z } from "zod";

/** What events tell of. */
type EventType =
  | `batch.${"completed" | "failed" | "expired" | "cancelled"}`
  | `response.${"completed" | "failed" | "cancelled" | "incomplete"}`;

/** Records the event that something of a client has ended, where somebody wants to know. */
export type PublishEvent = (
  type: EventType,
  about: string,
  owner: string | undefined,
) => Promise<void>;

/** An event on its way to its receiver. Times in ms since the epoch of Redis's clock. */
export const deliverySchema = z.object({
  id: z.string(),
  type: z.string(),
  /** Id of the batch or the response. */
  about: z.string(),
  /** Id of the client whose it is. */
  owner: z.string().exactOptional(),
  createdAt: z.number(),
  /** How often it was sent in vain. */
  failures: z.number(),
});

/** See {@link deliverySchema}. */
export type Delivery = Readonly<z.output<typeof deliverySchema>>;

/** The event that something has ended. Its id is made of what it says: saying it twice makes one event. */
export function newEvent(
  type: EventType,
  about: string,
  rest: { owner: string | undefined; createdAt: number },
): Delivery {
  const { owner, createdAt } = rest;
  return {
    id: `evt_${hash("sha256", `${about}:${type}`).slice(0, 48)}`,
    type,
    about,
    ...(owner === undefined ? {} : { owner }),
    createdAt,
    failures: 0,
  };
}

/** The body that the receiver gets, as OpenAI sends it. */
export function toPayload({ id, type, about, createdAt }: Delivery): string {
  return JSON.stringify({
    id,
    object: "event",
    type,
    created_at: Math.floor(createdAt / 1_000),
    data: { id: about },
  });
}
