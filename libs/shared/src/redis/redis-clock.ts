import type { Redis } from "ioredis";

/** A reading of Redis's clock. All in ms; `sentAt` and `roundTripMs` are of the monotonic clock. */
export type ClockSample = {
  readonly sentAt: number;
  readonly roundTripMs: number;
  /** Since the epoch. */
  readonly redisTime: number;
};

/** Clocks drift by less than this share of the elapsed time. */
const mostDrift = 1 / 2_000;

/**
 * Redis's clock, as far as this process knows it: the one clock that all processes share. Clocks of
 * different machines are never compared.
 *
 * Until the first reading it is this machine's clock.
 */
export class RedisClock {
  #best: ClockSample | undefined;

  /** Now, in whole ms since the epoch. */
  now(): number {
    const now = performance.now();
    const offsetMs = this.#best ? offsetOf(this.#best) : performance.timeOrigin;
    return Math.floor(now + offsetMs);
  }

  /** Reads the clock; call it regularly. */
  async refresh(redis: Redis): Promise<void> {
    const sentAt = performance.now();
    const redisTime = await readExactly(redis);
    const roundTripMs = performance.now() - sentAt;
    this.add({ sentAt, roundTripMs, redisTime });
  }

  /**
   * Keeps the better of two readings: the one with the smaller error. A reading that contradicts
   * the earlier one means that the clock was set, or that another server has taken over: then the
   * newer one counts.
   */
  add(sample: ClockSample): void {
    if (!this.#best || isBetter(sample, this.#best)) this.#best = sample;
  }
}

/** Offset from the monotonic clock to Redis's, assuming that Redis read its clock midway. */
function offsetOf({ sentAt, roundTripMs, redisTime }: ClockSample): number {
  return redisTime - (sentAt + roundTripMs / 2);
}

function isBetter(sample: ClockSample, best: ClockSample): boolean {
  const driftMs = (sample.sentAt - best.sentAt) * mostDrift;
  const bestErrorMs = best.roundTripMs / 2 + driftMs;
  const errorMs = sample.roundTripMs / 2;
  const apartMs = Math.abs(offsetOf(sample) - offsetOf(best));
  return errorMs <= bestErrorMs || apartMs > errorMs + bestErrorMs + 1;
}

/** Redis's clock now, in whole ms since the epoch. */
export async function readRedisClock(redis: Redis): Promise<number> {
  return Math.floor(await readExactly(redis));
}

async function readExactly(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Number(micros) / 1_000;
}
