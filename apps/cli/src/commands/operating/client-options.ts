import type { Command } from "commander";
import type { ClientSettings } from "../../gateway/gateway-client.ts";
import { say } from "../../words/say.ts";

/** The word that removes a limit. */
const none = "none";

/** Options of a client's settings, as commander gives them. */
export type ClientOptions = {
  readonly name?: string;
  readonly weight?: string;
  readonly perDay?: string;
  readonly perMinute?: string;
  readonly maxQueued?: string;
  readonly maxInFlight?: string;
  readonly maxPriority?: string;
  readonly models?: string;
  readonly expires?: string;
  readonly webhook?: string;
  readonly disable?: boolean;
  readonly enable?: boolean;
};

/** Adds the options of a client's settings to a command. */
export function addClientOptions(command: Command): Command {
  return command
    .option("--weight <number>", say("help.clients.weight"))
    .option("--per-day <calls>", say("help.clients.perDay", { none }))
    .option("--per-minute <calls>", say("help.clients.perMinute", { none }))
    .option("--max-queued <requests>", say("help.clients.maxQueued", { none }))
    .option(
      "--max-in-flight <calls>",
      say("help.clients.maxInFlight", { none }),
    )
    .option(
      "--max-priority <priority>",
      say("help.clients.maxPriority", { none }),
    )
    .option("--models <globs>", say("help.clients.models", { none }))
    .option("--expires <time>", say("help.clients.expires", { none }))
    .option("--webhook <url>", say("help.clients.webhook", { none }))
    .option("--disable", say("help.clients.disable"))
    .option("--enable", say("help.clients.enable"));
}

/** The settings in the options; the gateway checks them. */
export function toSettings(options: ClientOptions): ClientSettings {
  const { name, weight, perDay, perMinute, maxQueued, maxInFlight } = options;
  const { maxPriority, models, expires, webhook, disable, enable } = options;
  const asked = {
    name,
    weight: toNumber(weight),
    perDay: toNumber(perDay),
    perMinute: toNumber(perMinute),
    maxQueued: toNumber(maxQueued),
    maxInFlight: toNumber(maxInFlight),
    maxPriority: toText(maxPriority),
    models:
      models === none ? null : models?.split(",").map((each) => each.trim()),
    expiresAt: toText(expires),
    webhookUrl: toText(webhook),
    disabled: disable ? true : enable ? false : undefined,
  };
  return Object.fromEntries(
    Object.entries(asked).filter(([, value]) => value !== undefined),
  );
}

function toText(text: string | undefined): string | null | undefined {
  return text === none ? null : text;
}

/** A text that is not a number is passed on, so that the gateway says what is wrong with it. */
function toNumber(
  text: string | undefined,
): number | string | null | undefined {
  if (text === undefined || text === none) return toText(text);
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
