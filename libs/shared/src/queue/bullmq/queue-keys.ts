import type { RedisKeys } from "../../redis/keys.ts";

/** Name of the one queue that all requests go through. */
export const completionsQueue = "completions";

/** The keys that BullMQ makes for the queue, as far as we read or change them. */
export function queueKeys({ root }: Pick<RedisKeys, "root">) {
  const queue = `${root}:${completionsQueue}`;
  return {
    /** HASH of one job: `data` and `progress` (JSON), `timestamp`, `processedOn`, `finishedOn` (epoch ms). */
    job: (jobId: string) => `${queue}:${jobId}`,
    /** STRING with the token of the worker that holds a job. */
    lock: (jobId: string) => `${queue}:${jobId}:lock`,
    /** LIST of jobs that workers hold. */
    active: `${queue}:active`,
    /** LIST of waiting jobs that go before all others, such as a lost worker's. */
    wait: `${queue}:wait`,
    /** SORTED SET of waiting jobs by priority and arrival, see `scores.ts`. */
    prioritized: `${queue}:prioritized`,
    /** SORTED SET of jobs by when their delay ends. */
    delayed: `${queue}:delayed`,
    /** SORTED SET that idle workers wait for a member of: `0`, a job may be there. */
    marker: `${queue}:marker`,
  };
}

/** The keys that `read-line.lua` takes, in its order. */
export function lineKeys(redisKeys: RedisKeys): readonly string[] {
  const { wait, prioritized, delayed, marker } = queueKeys(redisKeys);
  return [wait, prioritized, delayed, marker];
}
