import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { RedisKeys } from "../redis/keys.ts";
import type { RedisClock } from "../redis/redis-clock.ts";
import { BoundedNames } from "../statistics/bounded-names.ts";
import { binOf } from "../statistics/duration-bins.ts";
import {
  createHashAt,
  type HashAt,
  SharedCounts,
} from "../statistics/shared-counts.ts";
import {
  mostModels,
  otherModels,
  slicesOfSpan,
  spanNames,
} from "./record-spans.ts";

/** While Redis is away, counts of this many slices are kept. */
const mostSlices = 30;

/** What one call says about its model. */
export type RecordedCall = {
  readonly outcome: "answered" | "empty" | "failed" | "rateLimited" | "gone";
  /** Duration of the call, a stream to its end. */
  readonly upstreamMs: number;
  /** For a stream: until its first content. */
  readonly firstTokenMs?: number | undefined;
  readonly completionTokens?: number | undefined;
};

/** Records how calls of models went, at the cost of some entries in a map. */
export type RecordCall = (model: string, call: RecordedCall) => void;

/** Counts how calls of models went, in slices of time that all workers share. */
export class ModelRecorder {
  /** One for each span. */
  readonly #hashes: readonly HashAt[];
  readonly #clock: RedisClock;
  readonly #counts: SharedCounts;
  readonly #names = new BoundedNames({
    mostKeys: mostSlices,
    mostNames: mostModels,
    otherNames: otherModels,
  });

  constructor(deps: {
    redis: Redis;
    redisKeys: RedisKeys;
    clock: RedisClock;
    logger: Logger;
  }) {
    this.#hashes = spanNames.map((span) =>
      createHashAt(slicesOfSpan(span, deps.redisKeys)),
    );
    this.#clock = deps.clock;
    this.#counts = new SharedCounts({
      ...deps,
      mostKeys: mostSlices,
      name: "Adding up the record of models",
    });
  }

  /** See {@link RecordCall}. */
  readonly record: RecordCall = (model, call) => {
    const now = this.#clock.now();
    const fields = fieldsOf(call);
    for (const hashAt of this.#hashes) {
      const hash = hashAt(now);
      const name = this.#names.bound(hash.key, model);
      for (const [field, by] of fields) {
        this.#counts.add(hash, `${field} ${name}`, by);
      }
    }
  };

  /** Sends the counts. What cannot be sent is kept for the next time. */
  flush(): Promise<void> {
    return this.#counts.flush();
  }

  /** Sends the rest, if Redis is there, and stops. */
  stop(): Promise<void> {
    return this.#counts.stop();
  }
}

function fieldsOf(call: RecordedCall): (readonly [string, number])[] {
  const { outcome, upstreamMs, firstTokenMs, completionTokens } = call;
  const hasTokens = completionTokens !== undefined && completionTokens > 0;
  return [
    [outcome, 1],
    // The duration of a refusal says nothing about that of an answer.
    ...(outcome === "answered"
      ? [[`ms.${binOf(upstreamMs)}`, 1] as const]
      : []),
    ...(firstTokenMs === undefined
      ? []
      : [[`first.${binOf(firstTokenMs)}`, 1] as const]),
    ...(hasTokens
      ? [
          ["tokens", Math.round(completionTokens)] as const,
          ["tokenMs", Math.round(upstreamMs)] as const,
        ]
      : []),
  ];
}
