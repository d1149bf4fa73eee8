import type { Redis } from "ioredis";
import type { RateLimits } from "../config/rate-limits.ts";
import type { PriorityName } from "../queue/priorities.ts";
import type { RedisKeys } from "../redis/keys.ts";
import { loadScript, runScript } from "../redis/script.ts";

const script = loadScript(new URL("./read-budgets.lua", import.meta.url));

/** Of further calls in a window only the number is returned. */
const mostTimes = 1_000;

/** How much of its budget a client has used at one moment. Times in ms since the epoch of Redis's clock. */
export type BudgetUse = {
  readonly now: number;
  readonly dayEndsAt: number;
  readonly callsToday: number;
  /** Counted for clients with a limit of the minute. */
  readonly callsInWindow: number;
  /** The latest times at which the first of them can have been sent, the oldest first. */
  readonly callTimes: readonly number[];
  /** Counted for clients with such a limit; so is the next one. */
  readonly inFlight: number;
  readonly open: number;
  /** Jobs that wait for the client's budget. */
  readonly waiting: Readonly<Record<PriorityName, number>>;
  /** Its jobs that stand in line with those of others. */
  readonly inLine: Readonly<Record<PriorityName, number>>;
};

type Counts = readonly [high: number, normal: number, low: number];
type Reply = readonly [
  callsToday: number,
  callsInWindow: number,
  callTimes: readonly string[],
  inFlight: number,
  open: number,
  waiting: Counts,
  inLine: Counts,
];

/** Reads {@link BudgetUse} of clients, in their order and one round trip. */
export async function readBudgets(
  redis: Redis,
  redisKeys: RedisKeys,
  { windowMs, dayMs }: Pick<RateLimits, "windowMs" | "dayMs">,
  clients: readonly string[],
): Promise<BudgetUse[]> {
  if (clients.length === 0) return [];
  const { clientPrefix, sharesPrefix } = redisKeys;
  const [now, dayEndsAt, ...replies] = (await runScript(
    redis,
    script,
    [redisKeys.clientsDue],
    [clientPrefix, sharesPrefix, windowMs, dayMs, mostTimes, ...clients],
  )) as [string, string, ...Reply[]];
  return replies.map(
    ([callsToday, callsInWindow, times, inFlight, open, waiting, inLine]) => ({
      now: Number(now),
      dayEndsAt: Number(dayEndsAt),
      callsToday,
      callsInWindow,
      callTimes: times.map(Number),
      inFlight,
      open,
      waiting: byPriority(waiting),
      inLine: byPriority(inLine),
    }),
  );
}

function byPriority([high, normal, low]: Counts): BudgetUse["waiting"] {
  return { high, normal, low };
}
