import { resolutions } from "@openrouter-free-pool/shared/statistics/resolutions";
import type { Bucket } from "@openrouter-free-pool/shared/statistics/statistics-history";
import { clientGone } from "../../../errors/gateway-error.ts";
import { countBy, type Tally } from "../../../history/stretches.ts";
import { formatAgo, formatCount } from "../../../text/format.ts";

import type { Tone } from "./headline.ts";

const recentMs = 300_000;

/** Every refusal of OpenRouter by what it concerned, and what became of it. */
const verdicts: Record<string, { label: string; tone: Tone; effect: string }> =
  {
    "account-limited:minute": {
      label: "429, account's minute",
      tone: "notice",
      effect: "parked; sent on another account",
    },
    "account-limited:day": {
      label: "429, account's day",
      tone: "notice",
      effect: "parked; sent on another account",
    },
    "account-limited:stated": {
      label: "429, account, for a stated time",
      tone: "notice",
      effect: "parked; sent on another account",
    },
    "model-limited": {
      label: "429, model or provider",
      tone: "notice",
      effect: "cools down; delayed",
    },
    "account-without-credit": {
      label: "402, account without credit",
      tone: "bad",
      effect: "out of use; sent on another account",
    },
    "key-refused:invalid": {
      label: "401, key refused",
      tone: "bad",
      effect: "out of use; sent on another key",
    },
    "key-refused:key-limit": {
      label: "403, key over its own limit",
      tone: "bad",
      effect: "out of use; sent on another key",
    },
    unfit: {
      label: "200, answer failed its checks",
      tone: "notice",
      effect: "tried again; the last one given to the client",
    },
    aborted: {
      label: "Client went away during the call",
      tone: "quiet",
      effect: "call aborted",
    },
  };

/** One row of "refusals and failures". */
type FailureRow = {
  readonly label: string;
  readonly tone: Tone;
  readonly effect: string;
  readonly recent: string;
  readonly hour: string;
  readonly last: string;
};

/**
 * What went wrong in the last hour by kind: at OpenRouter, and in our own answers.
 *
 * @param now by Redis's clock, as the slices are.
 */
export function presentFailures(
  buckets: readonly Bucket[],
  now: number,
): FailureRow[] {
  const recent = buckets.filter(({ startsAt }) => now - startsAt < recentMs);
  const tell = (prefix: string, describe: Describe) =>
    countBy(buckets, prefix).flatMap((tally) => {
      const what = describe(tally.name);
      if (!what) return [];
      const newest = countBy(recent, prefix + tally.name).find(
        ({ name }) => name === "",
      );
      return [{ ...what, ...figures(tally, newest, now) }];
    });
  return [
    ...tell("verdict:", describeVerdict),
    ...tell("status:", describeStatus),
  ];
}

type Described = { label: string; tone: Tone; effect: string };
type Describe = (name: string) => Described | undefined;

function describeVerdict(name: string): Described | undefined {
  if (name === "return" || name === "relayed") return undefined;
  const known = verdicts[name];
  if (known) return known;
  const [kind = name, status = ""] = name.split(":");
  return kind === "broken"
    ? {
        label: "Stream broken off",
        tone: "bad",
        effect: "client got an error event",
      }
    : {
        label: status === "" ? kind : `${status} from OpenRouter`,
        tone: "notice",
        effect: "tried again later",
      };
}

function describeStatus(name: string): Described | undefined {
  const status = Number(name);
  if (status < 400) return undefined;
  if (status === clientGone) {
    return {
      label: "Client hung up before its answer",
      tone: "quiet",
      effect: "taken off the queue",
    };
  }
  return {
    label: `Answered with ${name}`,
    tone: status >= 500 ? "bad" : "quiet",
    effect: "client got this status",
  };
}

function figures(tally: Tally, recent: Tally | undefined, now: number) {
  const endsAt = tally.lastAt + resolutions.seconds.sliceMs;
  return {
    recent: formatCount(recent?.count ?? 0),
    hour: formatCount(tally.count),
    last: formatAgo(Math.max(0, now - endsAt)),
  };
}
