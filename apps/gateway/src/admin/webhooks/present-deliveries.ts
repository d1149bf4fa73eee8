import {
  type DeliveryObject,
  type DeliveryStatus,
  deliveryStatuses,
} from "@openrouter-free-pool/shared/api/webhooks/delivery-object";
import { formatAgo, formatDuration } from "../../text/format.ts";
import type { DeliveryFilter } from "../../webhooks/deliveries/delivery-store.ts";
import { say } from "../../words/say.ts";
import type { ActionLink } from "../actions/action-names.ts";
import type { Tone } from "../overview/present/headline.ts";

const path = "/admin/webhooks";

/** One that waits after a failed try needs attention. */
function toneOf({ status, lastError }: DeliveryObject): Tone {
  const tones: Record<DeliveryStatus, Tone> = {
    waiting: lastError === null ? "quiet" : "notice",
    delivered: "good",
    failed: "bad",
    unwanted: "bad",
  };
  return tones[status];
}

/** A delivery as a row of the table. @param now ms since the epoch. */
export function presentDelivery(delivery: DeliveryObject, now: number) {
  const { id, type, about, client, clientName, attempts } = delivery;
  const { createdAt, lastTryAt, nextTryAt, receiver, lastError } = delivery;
  const ago = (time: string) => formatAgo(Math.max(0, now - Date.parse(time)));
  const isOver = nextTryAt === null;
  const action: ActionLink = {
    action: "send-event",
    target: id,
    label: say(isOver ? "webhooks.sendAgain" : "webhooks.sendNow"),
  };
  return {
    id,
    type,
    about,
    created: ago(createdAt),
    client: clientName ?? client ?? say("webhooks.noClient"),
    clientNote:
      client !== null && clientName === null ? say("webhooks.goneClient") : "",
    receiver: receiver ?? say("webhooks.notTried"),
    state: {
      label: say(`webhooks.status.${delivery.status}`),
      tone: toneOf(delivery),
    },
    attempts,
    lastTry:
      lastTryAt === null
        ? ""
        : say("webhooks.lastTry", { time: ago(lastTryAt) }),
    next: isOver
      ? say("webhooks.none")
      : describeNext(Date.parse(nextTryAt) - now),
    error: lastError ?? "",
    action,
    aboutEvent: say("webhooks.about", { id }),
  };
}

function describeNext(ms: number): string {
  return ms <= 0
    ? say("webhooks.now")
    : say("webhooks.inTime", { time: formatDuration(ms) });
}

/** Links to the same list in other states. */
export function linkFilters({ status, client }: DeliveryFilter) {
  const all = [undefined, ...deliveryStatuses];
  return all.map((each) => ({
    href: linkTo({ status: each, client }),
    label:
      each === undefined ? say("webhooks.all") : say(`webhooks.status.${each}`),
    isCurrent: each === status,
  }));
}

/** The address of the list. @param after the last event of the previous page. */
export function linkTo(
  { status, client }: DeliveryFilter,
  after?: string,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ status, client, after })) {
    if (value !== undefined) query.set(name, value);
  }
  return query.size === 0 ? path : `${path}?${query}`;
}
