import type { RedisKeys } from "../../redis/keys.ts";

/** Name of the queue of all requests. */
export const completionsQueue = "completions";

/** The keys of BullMQ's queue, as far as we read or change them. */
export function queueKeys({ root }: Pick<RedisKeys, "root">) {
  const queue = `${root}:${completionsQueue}`;
  return {
    /** First part of the keys of all jobs. A script adds the job's id, and what follows it below. */
    jobPrefix: `${queue}:`,
    /** HASH of one job: `data` and `progress` (JSON), `timestamp`, `processedOn`, `finishedOn` (epoch ms), `opts` (JSON). Ours: `request`, see `decision-request.ts`, and `grant`, see `take-jobs.lua`. */
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
    /** SORTED SET that idle workers block on: the member `0` means that a job may be there. */
    marker: `${queue}:marker`,
    /** HASH of settings of the queue, such as whether it is paused. */
    meta: `${queue}:meta`,
    /** STRING that counts the jobs that came into line, for their order within a priority. */
    pc: `${queue}:pc`,
    /** SET of active jobs that may be lost: their locks were not renewed since the last check. */
    stalled: `${queue}:stalled`,
    /** SORTED SET of answered jobs that stay visible, by when they were finished (epoch ms). */
    completed: `${queue}:completed`,
    /** SORTED SET of failed jobs that stay visible, by when they were finished (epoch ms). */
    failed: `${queue}:failed`,
  };
}
