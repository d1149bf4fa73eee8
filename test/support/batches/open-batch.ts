import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { readReplies } from "@openrouter-free-pool/shared/replies/read-replies";
import type { Reply } from "@openrouter-free-pool/shared/replies/reply";
import { sendReply } from "@openrouter-free-pool/shared/replies/send-reply";
import { Disk } from "flydrive";
import { FSDriver } from "flydrive/drivers/fs";
import { onTestFinished } from "vitest";
import { LineExecution } from "../../../apps/gateway/src/batches/execution/line-execution.ts";
import { LineFeeder } from "../../../apps/gateway/src/batches/execution/line-feeder.ts";
import { createLineQueue } from "../../../apps/gateway/src/batches/execution/line-queue.ts";
import { OutstandingLines } from "../../../apps/gateway/src/batches/execution/outstanding-lines.ts";
import { ReplyCollector } from "../../../apps/gateway/src/batches/execution/reply-collector.ts";
import { InputReader } from "../../../apps/gateway/src/batches/input/input-reader.ts";
import {
  type BatchRecord,
  newBatchId,
} from "../../../apps/gateway/src/batches/records/batch-record.ts";
import { createBatchStore } from "../../../apps/gateway/src/batches/records/batch-store.ts";
import { Results } from "../../../apps/gateway/src/batches/results/results.ts";
import { chatCompletions } from "../../../apps/gateway/src/dialects/chat-completions.ts";
import { createFileStore } from "../../../apps/gateway/src/files/file-store.ts";
import { createAddJobs } from "../../../apps/gateway/src/jobs/add-jobs.ts";
import { readJournal } from "../../../apps/gateway/src/journals/read-journal.ts";
import { batchInput } from "../clients/batch-input.ts";
import { testModel } from "../clients/chat.ts";
import { logger, openGatewayJobs } from "../dispatch/gateway-jobs.ts";

const clock = { now: () => Date.now() } as RedisClock;

/** An open batch of so many lines, which one leader after the other can execute, without workers. */
export async function openBatch({ lines }: { lines: number }) {
  const gateway = openGatewayJobs({ graceMs: 1_000 });
  await gateway.untilUp();
  const { redis, redisKeys, queue } = gateway;
  const location = await mkdtemp(join(tmpdir(), "orpool-batch-"));
  onTestFinished(() => rm(location, { recursive: true }));
  const storage = new Disk(new FSDriver({ location, visibility: "private" }));
  const batches = createBatchStore(redis, redisKeys);
  const files = createFileStore(redis, redisKeys);
  const batch = runningBatch(lines);
  const { id } = batch;
  await batches.create(batch);
  const reported: number[] = [];

  /** Makes a leader; the one before it cannot change the batch any more. */
  async function lead({
    isTakeOver,
    most = lines,
  }: {
    isTakeOver: boolean;
    /** Lines that it may have under way. */
    most?: number;
  }) {
    const leaseId = randomUUID();
    await redis.set(redisKeys.batchLease(id), leaseId);
    await redis.set(redisKeys.gatewayAlive(id), "1");
    const results = await Results.load({
      storage,
      files,
      batches,
      clock,
      batch,
      leaseId,
    });
    const input = new InputReader({
      content: contentOf(batchInput(lines)),
      dialect: chatCompletions,
      resolveModels: { resolve: () => ({ model: testModel }) } as never,
      lineBytes: 10_000,
      isReported: (line) => results.has(line),
    });
    const outstanding = new OutstandingLines();
    const lineQueue = createLineQueue({
      queue,
      addJobs: createAddJobs({
        redis,
        redisKeys,
        tracing: undefined,
        weightOf: () => 1,
      }),
      redis,
      redisKeys,
      clock,
      batch,
      dialect: chatCompletions,
      answerCheck: [],
    });
    const feeder = new LineFeeder({
      batch,
      input,
      results,
      outstanding,
      lineQueue,
      allow: async () => lines,
      spend: () => undefined,
      bounds: () => ({ lines: most, bytes: 1_000_000 }),
    });
    const collector = new ReplyCollector({
      batch,
      results,
      outstanding,
      readReplies: (after, count) =>
        readReplies(redis, redisKeys.gatewayReplies(id), { after, count }),
      loadThrough: (line) => feeder.loadThrough(line),
      prepareReport:
        ({ request: { line } }) =>
        () =>
          void reported.push(line),
    });
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const execution = new LineExecution({
      batch,
      results,
      input,
      outstanding,
      feeder,
      collector,
      lineQueue,
      clock,
      readStatus: () => batches.readStatus(id),
      readRetries: () => batches.readRetries(id),
      isTakeOver,
      stop: stop.signal,
      logger,
    });
    return { execution, collector, stop };
  }

  return {
    id,
    redis,
    redisKeys,
    batches,
    /** The numbers of the lines whose end was reported, by any leader. */
    reported,
    lead,
    /** The ids of the jobs that are not finished. */
    async listJobs(): Promise<string[]> {
      const jobs = await queue.getJobs(["prioritized", "active", "delayed"]);
      return jobs.map((job) => String(job.id)).sort();
    },
    /** Holds a job as a worker does whose call is in flight. */
    async hold(jobId: string): Promise<void> {
      await redis.set(`${queue.toKey(jobId)}:lock`, "worker");
    },
    /** Replies to a job and ends it, as a worker does. */
    async end(jobId: string, reply: Reply): Promise<void> {
      await sendReply(redis, redisKeys, { gatewayId: id, jobId }, reply);
      await redis.del(`${queue.toKey(jobId)}:lock`);
      await queue.remove(jobId);
    },
    /** The lines that have a result, with its status or error code. */
    async listResults(): Promise<string[]> {
      const found: string[] = [];
      for await (const { line, code } of readJournal(storage, id)) {
        found.push(`${line}: ${code}`);
      }
      return found.sort();
    },
  };
}

function runningBatch(lines: number): BatchRecord {
  const createdAt = Date.now();
  return {
    id: newBatchId(),
    endpoint: "/v1/chat/completions",
    inputFileId: "file-1",
    completionWindow: "24h",
    metadata: null,
    outputTtlMs: 1_000_000,
    status: "in_progress",
    createdAt,
    expiresAt: createdAt + 86_400_000,
    inProgressAt: createdAt,
    total: lines,
    lastLine: lines,
    completed: 0,
    failed: 0,
    outputBytes: 0,
    errorBytes: 0,
    failures: {},
  };
}

async function* contentOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
