import type {
  ClientObject,
  ClientUse,
} from "@openrouter-free-pool/shared/api/client-object";
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

/** Limits that are counts, and the figure that each is compared with. */
const bounds = [
  ["perDay", "day"],
  ["perMinute", "minute"],
  ["maxQueued", "open"],
  ["maxInFlight", "inFlight"],
] as const satisfies readonly (readonly [
  keyof ClientObject,
  keyof ClientUse,
])[];

/** A client as a row of the table. */
export function presentClient(
  client: ClientObject,
  usage: UsageFigures = noUsage,
  { use, mostCalls }: { use?: ClientUse | undefined; mostCalls?: number } = {},
) {
  const { id, name, state, keyHint, source } = client;
  return {
    id,
    name,
    note: keyHint ?? say("clients.fromEnvironment"),
    isEditable: source === "run-time",
    state: { label: say(`clients.state.${state}`), tone: tones[state] },
    limits: describeLimits(client, use),
    ...presentFigures(usage, mostCalls),
  };
}

/** Use without a current client: without a key, or of a client that was removed. */
export function presentFormer(
  id: string,
  usage: UsageFigures,
  mostCalls: number,
) {
  return {
    name: id === "" ? say("clients.withoutKey") : id,
    note: id === "" ? "" : say("clients.former"),
    ...presentFigures(usage, mostCalls),
  };
}

/** The limits that are set, in a few words each, and how much of them is used. */
function describeLimits(client: ClientObject, use?: ClientUse): string[] {
  const { weight, maxPriority, models, expiresAt } = client;
  const waiting = use?.waiting ?? 0;
  return [
    ...(weight === 1 ? [] : [say("clients.limit.weight", { count: weight })]),
    ...bounds.flatMap(([name, measure]) => {
      const most = client[name];
      if (most === null) return [];
      const count = formatCount(most);
      return use === undefined
        ? [say(`clients.limit.${name}`, { count })]
        : [
            say(`clients.use.${name}`, {
              used: formatCount(use[measure]),
              count,
            }),
          ];
    }),
    ...(waiting === 0
      ? []
      : [say("clients.use.waiting", { count: formatCount(waiting) })]),
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
