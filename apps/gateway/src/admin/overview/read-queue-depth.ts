import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import {
  type PriorityName,
  priorities,
} from "@openrouter-free-pool/shared/queue/priorities";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";

/** BullMQ's score of a job: its priority in the upper half, its number in the lower. */
const scoreStep = 0x100000000;

/** The requests of one priority that wait for a slot. */
export type WaitingByPriority = {
  readonly priority: PriorityName;
  readonly waiting: number;
  /** How long the one at the head has been there, in ms. */
  readonly headWaitedMs: number | undefined;
};

/** What is on the queue, apart from what the pool's view has already. */
export type QueueDepth = {
  readonly isPaused: boolean;
  readonly byPriority: readonly WaitingByPriority[];
  /** Requests that wait for their model, or for another try. */
  readonly delayed: number;
};

/** Builds the reader of {@link QueueDepth}; its cost does not grow with the queue. */
export function createReadQueueDepth(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  queue: Queue<CompletionRequest, void>;
}): () => Promise<QueueDepth> {
  const { redis, redisKeys, queue } = deps;
  const prioritized = queue.toKey("prioritized");
  const classes = listClasses();

  async function readClass(line: (typeof classes)[number]) {
    const { priority, lowest, highest } = line;
    const [waiting, [headId]] = await Promise.all([
      redis.zcount(prioritized, lowest, highest),
      redis.zrangebyscore(prioritized, lowest, highest, "LIMIT", 0, 1),
    ]);
    const since =
      headId === undefined
        ? null
        : await redis.hget(redisKeys.job(headId), "timestamp");
    const headWaitedMs =
      since === null ? undefined : Math.max(0, Date.now() - Number(since));
    return { priority, waiting, headWaitedMs };
  }

  return async function readQueueDepth() {
    const [isPaused, delayed, ...byPriority] = await Promise.all([
      queue.isPaused(),
      redis.zcard(queue.toKey("delayed")),
      ...classes.map(readClass),
    ]);
    return { isPaused, delayed, byPriority };
  };
}

/** The scores of each priority: those above the next more urgent one, up to its own. */
function listClasses() {
  const names = Object.keys(priorities) as PriorityName[];
  const ordered = names.sort((a, b) => priorities[a] - priorities[b]);
  return ordered.map((priority, index) => {
    const before = ordered[index - 1];
    const isLast = index === ordered.length - 1;
    return {
      priority,
      lowest: before === undefined ? 0 : (priorities[before] + 1) * scoreStep,
      highest: isLast
        ? "+inf"
        : `(${String((priorities[priority] + 1) * scoreStep)}`,
    };
  });
}
