import {
  type AnswerCheck,
  parseAnswerChecks,
} from "@openrouter-free-pool/shared/api/answer-checks";
import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import { readStages } from "@openrouter-free-pool/shared/queue/find-jobs";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Redis } from "ioredis";
import type { Dialect } from "../../dialects/dialect.ts";
import type { AddJobs, NewJob } from "../../jobs/add-jobs.ts";
import { disarmJob, removeWithBody } from "../../jobs/withdraw-job.ts";
import type { BatchRecord } from "../records/batch-record.ts";
import { lineRequestId } from "../results/output-line.ts";
import type { OutstandingLine } from "./outstanding-lines.ts";

/** Commands sent together. */
const atATime = 200;
/** Longer than any call; a marked job is not called again. */
const markMs = 900_000;

/** A line that will get no reply any more. */
export type DoneLine = {
  readonly line: OutstandingLine;
  /** Whether its job is kept for inspection: its id is taken. */
  readonly isKept: boolean;
};

/** The lines of one batch, as jobs on the queue of all requests. */
export type LineQueue = {
  /** Adds jobs for lines. An existing job stays as it is. */
  add(lines: readonly OutstandingLine[]): Promise<void>;
  /** The lines whose reply is there already, or will not come. */
  findDone(lines: readonly OutstandingLine[]): Promise<DoneLine[]>;
  /**
   * Takes lines off the queue. Calls in flight may finish, and are not repeated.
   *
   * @returns the lines that workers hold.
   */
  withdraw(lines: readonly OutstandingLine[]): Promise<OutstandingLine[]>;
};

/** The line of a job; undefined when the job is not of this batch. */
export function lineOfJob(batchId: string, jobId: string): number | undefined {
  const [batch, line] = jobId.split(".");
  return batch === batchId ? Number(line) : undefined;
}

/** Builds {@link LineQueue}. */
export function createLineQueue(deps: {
  queue: CompletionsQueue;
  addJobs: AddJobs;
  redis: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
  batch: BatchRecord;
  dialect: Dialect;
  /** What answers are checked for unless the batch says otherwise. */
  answerCheck: readonly AnswerCheck[];
}): LineQueue {
  const { addJobs, redis, redisKeys, clock, batch, dialect } = deps;
  const asked = parseAnswerChecks(batch.metadata?.answer_check ?? "");
  const answerCheck = asked ?? deps.answerCheck;

  // A line that is put on the queue again must not be mistaken for the job that was called off.
  const jobIdOf = ({ request, jobNumber }: OutstandingLine) =>
    jobNumber === 0
      ? `${batch.id}.${request.line}`
      : `${batch.id}.${request.line}.${jobNumber}`;

  const toJob = (outstanding: OutstandingLine): NewJob => {
    const { line, models, body } = outstanding.request;
    return {
      request: {
        requestId: lineRequestId(batch.id, line),
        client: batch.owner,
        gatewayId: batch.id,
        path: dialect.path,
        isStream: false,
        ...models,
        headers: {},
        ...(answerCheck.length > 0 ? { answerCheck } : {}),
        receivedAt: clock.now(),
        deadline: batch.expiresAt,
      },
      body: Buffer.from(body),
      jobId: jobIdOf(outstanding),
      priority: priorities.low,
      timestamp: clock.now(),
    };
  };

  return {
    async add(lines) {
      for (const some of chunk(lines)) {
        await addJobs(some.map(toJob));
      }
    },
    async findDone(lines) {
      const done: DoneLine[] = [];
      for (const some of chunk(lines)) {
        const jobIds = some.map(jobIdOf);
        const stages = await readStages(redis, redisKeys, jobIds);
        for (const [index, line] of some.entries()) {
          const stage = stages[index];
          if (stage === "open") continue;
          done.push({ line, isKept: stage === "finished" });
        }
      }
      return done;
    },
    async withdraw(lines) {
      const held: OutstandingLine[] = [];
      for (const some of chunk(lines)) {
        const removed = await Promise.all(
          some.map(async (line) => {
            // The mark comes first: a worker that takes the job after this sees it.
            await disarmJob(deps, jobIdOf(line), markMs);
            return removeWithBody(deps, jobIdOf(line), batch.owner);
          }),
        );
        held.push(...some.filter((_, index) => !removed[index]));
      }
      return held;
    },
  };
}

function chunk<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(items.length / atATime) }, (_, index) =>
    items.slice(index * atATime, (index + 1) * atATime),
  );
}
