import { hash } from "node:crypto";

/** The ends that events report. */
type EventType =
  | `batch.${"completed" | "failed" | "expired" | "cancelled"}`
  | `response.${"completed" | "failed" | "cancelled" | "incomplete"}`;

/** Records the event that a client's batch or response has ended, if it has a receiver. */
export type PublishEvent = (
  type: EventType,
  about: string,
  owner: string | undefined,
) => Promise<void>;

/** An event for receivers. */
export type WebhookEvent = {
  readonly id: string;
  readonly type: string;
  /** Id of the batch or the response. */
  readonly about: string;
  /** ms since the epoch of Redis's clock. */
  readonly createdAt: number;
};

const idPrefix = "evt_";

/**
 * The event that something has ended. Its id is derived from its contents: publishing it twice
 * makes one event.
 */
export function newEvent(
  type: EventType,
  about: string,
  createdAt: number,
): WebhookEvent {
  const digits = hash("sha256", `${about}:${type}`).slice(0, 48);
  return { id: idPrefix + digits, type, about, createdAt };
}

/** Whether a text can be the id of an event; other texts are not looked up. */
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
