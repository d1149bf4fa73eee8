import { hash } from "node:crypto";

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

/** What receivers are told. */
export type WebhookEvent = {
  readonly id: string;
  readonly type: string;
  /** Id of the batch or the response. */
  readonly about: string;
  /** Ms since the epoch of Redis's clock. */
  readonly createdAt: number;
};

const idPrefix = "evt_";

/** The event that something has ended. Its id is made of what it says: saying it twice makes one event. */
export function newEvent(
  type: EventType,
  about: string,
  createdAt: number,
): WebhookEvent {
  const digits = hash("sha256", `${about}:${type}`).slice(0, 48);
  return { id: idPrefix + digits, type, about, createdAt };
}

/** Whether a text can be the id of an event; anything else is not even looked up. */
export function isEventId(text: string): boolean {
  return /^evt_[0-9a-f]{48}$/.test(text);
}

/** The body that the receiver gets, as OpenAI sends it. */
export function toPayload({
  id,
  type,
  about,
  createdAt,
}: WebhookEvent): string {
  return JSON.stringify({
    id,
    object: "event",
    type,
    created_at: Math.floor(createdAt / 1_000),
    data: { id: about },
  });
}
