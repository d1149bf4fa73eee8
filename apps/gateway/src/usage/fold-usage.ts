import type {
  UsageFigures,
  UsageGroup,
} from "@openrouter-free-pool/shared/api/usage-object";
import type { UsageField } from "@openrouter-free-pool/shared/usage/usage-counts";
import type { UsageEntry } from "@openrouter-free-pool/shared/usage/usage-history";
import type { PriceTokens } from "./price-tokens.ts";

/** What figures are grouped by; other names are absent. */
export type UsageName = Partial<Record<UsageGroup, string>>;

type Sum = {
  readonly name: UsageName;
  readonly counts: Map<UsageField, number>;
  savedUsd: number | undefined;
};

/** Adds up use, entry by entry. */
export class UsageFold {
  readonly #groups: readonly UsageGroup[];
  readonly #price: PriceTokens;
  readonly #sums = new Map<string, Sum>();

  constructor(groups: readonly UsageGroup[], price: PriceTokens) {
    this.#groups = groups;
    this.#price = price;
  }

  /** How many rows there are. */
  get size(): number {
    return this.#sums.size;
  }

  add(day: string, { client, model, counts }: UsageEntry): void {
    const all = { client, model, day };
    const name = Object.fromEntries(
      this.#groups.map((group) => [group, all[group]]),
    ) as UsageName;
    const sum = this.#find(name);
    for (const [field, by] of Object.entries(counts) as [
      UsageField,
      number,
    ][]) {
      sum.counts.set(field, (sum.counts.get(field) ?? 0) + by);
    }
    const { promptTokens: prompt = 0, completionTokens: completion = 0 } =
      counts;
    const saved = this.#price(model, { prompt, completion });
    if (saved !== undefined) sum.savedUsd = (sum.savedUsd ?? 0) + saved;
  }

  /** The rows, in the order of their names. */
  rows(): { name: UsageName; figures: UsageFigures }[] {
    return [...this.#sums]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, sum]) => ({ name: sum.name, figures: toFigures(sum) }));
  }

  #find(name: UsageName): Sum {
    // The day comes first: rows are sorted from the oldest to the newest.
    const id = `${name.day ?? ""} ${name.client ?? ""} ${name.model ?? ""}`;
    const known = this.#sums.get(id);
    if (known) return known;
    const sum = { name, counts: new Map(), savedUsd: undefined };
    this.#sums.set(id, sum);
    return sum;
  }
}

function toFigures({ counts, savedUsd }: Sum): UsageFigures {
  const count = (field: UsageField) => counts.get(field) ?? 0;
  const waits = count("waits");
  return {
    calls: count("calls"),
    answers: count("answers"),
    errors: count("errors"),
    promptTokens: count("promptTokens"),
    completionTokens: count("completionTokens"),
    meanWaitMs: waits === 0 ? null : Math.round(count("waitMs") / waits),
    savedUsd: savedUsd === undefined ? null : roundDollars(savedUsd),
  };
}

/** To a millionth: one token costs about as much. */
function roundDollars(dollars: number): number {
  return Math.round(dollars * 1e6) / 1e6;
}
