import type { ClientObject } from "@openrouter-free-pool/shared/api/client-object";
import type { UsageFigures } from "@openrouter-free-pool/shared/api/usage-object";
import { formatCount, formatDate } from "../../text/format.ts";
import { noUsage } from "../../usage/read-usage.ts";
import { say } from "../../words/say.ts";
import type { Tone } from "../overview/present/headline.ts";
import { presentFigures } from "./present-usage.ts";

const tones: Record<ClientObject["state"], Tone> = {
  active: "good",
  disabled: "quiet",
  expired: "bad",
};

/** Limits that are counts. */
const bounds = ["perDay", "perMinute", "maxQueued", "maxInFlight"] as const;

/** A client as a row of the table. */
export function presentClient(
  client: ClientObject,
  usage: UsageFigures = noUsage,
) {
  const { id, name, state, keyHint, source } = client;
  return {
    id,
    name,
    note: keyHint ?? say("clients.fromEnvironment"),
    isEditable: source === "run-time",
    state: { label: say(`clients.state.${state}`), tone: tones[state] },
    limits: describeLimits(client),
    ...presentFigures(usage),
  };
}

/** Use of somebody who is no client: without a key, or removed since. */
export function presentFormer(id: string, usage: UsageFigures) {
  return {
    name: id === "" ? say("clients.withoutKey") : id,
    note: id === "" ? "" : say("clients.former"),
    ...presentFigures(usage),
  };
}

/** The limits that are set, in a few words each. */
function describeLimits(client: ClientObject): string[] {
  const { weight } = client;
  const { maxPriority, models, expiresAt } = client;
  return [
    ...(weight === 1 ? [] : [say("clients.limit.weight", { count: weight })]),
    ...bounds.flatMap((name) => {
      const count = client[name];
      if (count === null) return [];
      return [say(`clients.limit.${name}`, { count: formatCount(count) })];
    }),
    ...(maxPriority === null
      ? []
      : [
          say("clients.limit.priority", {
            priority: say(`clients.priority.${maxPriority}`),
          }),
        ]),
    ...(models === null ? [] : [describeModels(models)]),
    ...(expiresAt === null
      ? []
      : [
          say("clients.limit.until", {
            date: formatDate(Date.parse(expiresAt)),
          }),
        ]),
  ];
}

function describeModels(models: readonly string[]): string {
  const [first = "", ...rest] = models;
  return rest.length === 0
    ? first
    : say("clients.limit.models", { model: first, count: rest.length });
}
