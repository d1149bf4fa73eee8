import type { ClientObject } from "@openrouter-free-pool/shared/api/client-object";
import type { UsageFigures } from "@openrouter-free-pool/shared/api/usage-object";
import { formatCount, formatDate } from "../../text/format.ts";
import { noUsage } from "../../usage/read-usage.ts";
import type { Tone } from "../overview/present/headline.ts";
import { presentFigures } from "./present-usage.ts";

const tones: Record<ClientObject["state"], Tone> = {
  active: "good",
  disabled: "quiet",
  expired: "bad",
};

/** A client as a row of the table. */
export function presentClient(
  client: ClientObject,
  usage: UsageFigures = noUsage,
  mostCalls?: number,
) {
  const { id, name, state, keyHint, source } = client;
  return {
    id,
    name,
    note: keyHint ?? "from GATEWAY_API_KEYS",
    isEditable: source === "run-time",
    state: { label: state, tone: tones[state] },
    limits: describeLimits(client),
    ...presentFigures(usage, mostCalls),
  };
}

/** Use of somebody who is no client: without a key, or removed since. */
export function presentFormer(
  id: string,
  usage: UsageFigures,
  mostCalls: number,
) {
  return {
    name: id === "" ? "Without a key" : id,
    note: id === "" ? "" : "no client any more",
    ...presentFigures(usage, mostCalls),
  };
}

/** The limits that are set, in a few words each. */
function describeLimits(client: ClientObject): string[] {
  const { weight, perDay, perMinute, maxQueued, maxInFlight } = client;
  const { maxPriority, models, expiresAt } = client;
  const counts = [
    [perDay, "a day"],
    [perMinute, "a minute"],
    [maxQueued, "open"],
    [maxInFlight, "in flight"],
  ] as const;
  return [
    ...(weight === 1 ? [] : [`weight ${weight}`]),
    ...counts.flatMap(([count, unit]) =>
      count === null ? [] : [`${formatCount(count)} ${unit}`],
    ),
    ...(maxPriority === null ? [] : [`priority ${maxPriority}`]),
    ...(models === null ? [] : [describeModels(models)]),
    ...(expiresAt === null
      ? []
      : [`until ${formatDate(Date.parse(expiresAt))}`]),
  ];
}

function describeModels(models: readonly string[]): string {
  const [first = "", ...rest] = models;
  return rest.length === 0 ? first : `${first} and ${rest.length} more`;
}
