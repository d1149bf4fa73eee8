import type { RedisQueueBackend } from "bullmq";
import type { RedisClock } from "../../redis/redis-clock.ts";

/** Where BullMQ's scripts take the time from: the number of KEYS, and of the ARGV before it. */
export const argumentsWithTime: Readonly<Record<string, number>> = {
  moveToActive: 11 + 1,
  moveToDelayed: 11 + 1,
  moveToFinished: 14 + 1,
  moveStalledJobsToWait: 9 + 2,
};

type Backend = Pick<RedisQueueBackend, "execCommand" | "waitForJob">;

/**
 * Makes BullMQ use Redis's clock for all stored times: when delays end, when a job was taken, when
 * it was finished. By default BullMQ uses the clock of each worker's machine, and a worker whose
 * clock is ahead ends the delays of all others.
 */
export function useRedisTime(backend: Backend, clock: RedisClock): void {
  const execCommand = backend.execCommand.bind(backend);
  const waitForJob = backend.waitForJob.bind(backend);
  // BullMQ compares the time of the next delayed job with this machine's clock.
  const toLocal = (time: number) =>
    time > 0 ? time + Date.now() - clock.now() : time;

  backend.execCommand = (client, name, args: unknown[]) => {
    const index = argumentsWithTime[name];
    if (index === undefined) return execCommand(client, name, args);
    const result: unknown = execCommand(
      client,
      name,
      args.with(index, clock.now()),
    );
    return name === "moveToActive" ? localise(result) : result;
  };
  backend.waitForJob = async (blockTimeout) => {
    const marker = await waitForJob(blockTimeout);
    return marker && { ...marker, score: toLocal(marker.score) };
  };

  /** The script returns job, id, delay of a rate limit, and when the next delay ends. */
  async function localise(result: unknown): Promise<unknown> {
    const next = await result;
    if (!Array.isArray(next)) return next;
    const [job, id, limitMs, delayedUntil] = next;
    return [job, id, limitMs, toLocal(Number(delayedUntil))];
  }
}
