import { resolutions } from "@openrouter-free-pool/shared/statistics/resolutions";
import type { Bucket } from "@openrouter-free-pool/shared/statistics/statistics-history";
import { clientGone } from "../../../errors/gateway-error.ts";
import { countBy, type Tally } from "../../../history/stretches.ts";
import { formatAgo, formatCount } from "../../../text/format.ts";
import { say, type TextKey } from "../../../words/say.ts";
import type { Tone } from "./headline.ts";

const recentMs = 300_000;

/**
 * Every refusal of OpenRouter by what it was about and what followed; its name is in the catalogue:
 * `overview.failure.…`.
 */
const verdicts = {
  "account-limited:minute": { tone: "notice", effect: "otherAccount" },
  "account-limited:day": { tone: "notice", effect: "otherAccount" },
  "account-limited:stated": { tone: "notice", effect: "otherAccount" },
  "model-limited": { tone: "notice", effect: "coolsDown" },
  "account-without-credit": { tone: "bad", effect: "outOtherAccount" },
  "key-refused:invalid": { tone: "bad", effect: "outOtherKey" },
  "key-refused:key-limit": { tone: "bad", effect: "outOtherKey" },
  unfit: { tone: "notice", effect: "unfit" },
  aborted: { tone: "quiet", effect: "aborted" },
} as const;

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
  if (isVerdict(name)) {
    const { tone, effect } = verdicts[name];
    return describe(say(`overview.failure.${name}`), tone, effect);
  }
  const [kind = name, status = ""] = name.split(":");
  return kind === "broken"
    ? describe(say("overview.failure.broken"), "bad", "broken")
    : describe(
        status === "" ? kind : say("overview.failure.upstream", { status }),
        "notice",
        "later",
      );
}

function isVerdict(name: string): name is keyof typeof verdicts {
  return Object.hasOwn(verdicts, name);
}

function describeStatus(name: string): Described | undefined {
  const status = Number(name);
  if (status < 400) return undefined;
  if (status === clientGone) {
    return describe(say("overview.failure.hungUp"), "quiet", "takenOff");
  }
  const tone = status >= 500 ? "bad" : "quiet";
  const label = say("overview.failure.status", { status: name });
  return describe(label, tone, "status");
}

type EffectOf<Key> = Key extends `overview.effect.${infer Name}` ? Name : never;
type Effect = EffectOf<TextKey>;

function describe(label: string, tone: Tone, effect: Effect): Described {
  return { label, tone, effect: say(`overview.effect.${effect}`) };
}

function figures(tally: Tally, recent: Tally | undefined, now: number) {
  const endsAt = tally.lastAt + resolutions.seconds.sliceMs;
  return {
    recent: formatCount(recent?.count ?? 0),
    hour: formatCount(tally.count),
    last: formatAgo(Math.max(0, now - endsAt)),
  };
}
