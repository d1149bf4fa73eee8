/**
 * A batch of 20,000 lines over 40 accounts, two gateways and four workers, while
 * a worker and the leading gateway are killed and Redis is restarted. Prints what
 * came out, and ends with 1 when anything was lost, doubled or too slow.
 */
import OpenAI from "openai";
import { findRedisBinary } from "../../../scripts/redis/redis-binary.ts";
import { startStack } from "../../support/processes/stack.ts";
import { startPrivateRedis } from "../../support/redis/redis.ts";
import { createFaults } from "./faults.ts";
import { measureInteractive } from "./measure-interactive.ts";
import { type Measured, printReport } from "./report.ts";
import { runBatchToEnd } from "./run-batch-to-end.ts";
import { watchMemory } from "./watch-memory.ts";

const accounts = 40;
const perMinute = 20;
const windowMs = 5_000;
const lines = 20_000;
const fewLines = 2_000;

if (!findRedisBinary()) {
  console.error("Needs redis-server or valkey-server on the PATH");
  process.exit(1);
}
const redis = await startPrivateRedis({ appendonly: true });
const stack = await startStack({
  redisUrl: redis.url,
  accounts,
  perMinute,
  windowMs,
  perDay: 1_000_000,
  gateways: 2,
  workers: 4,
  simulator: { latencyMs: 300, jitterMs: 100 },
});

let isRight = false;
try {
  const openai = () =>
    new OpenAI({
      baseURL: `${stack.gateways[0]?.url}/v1`,
      apiKey: "unused",
      maxRetries: 10,
    });
  const emptyWaits = await measureInteractive(() => stack.url);

  let memory = watchMemory(redis.url, () => stack.gateways);
  await runBatchToEnd(openai, fewLines, "few");
  const fewMemory = await memory.stop();
  console.log(`${fewLines} lines are done; now ${lines}, with faults`);

  memory = watchMemory(redis.url, () => stack.gateways);
  const interactive = { waits: [] as number[] };
  const faults = createFaults({ stack, redis, lines });
  const run = await runBatchToEnd(openai, lines, "many", async (batch) => {
    await faults.poll(batch);
    const { completed = 0 } = batch.request_counts ?? {};
    if (interactive.waits.length === 0 && completed > 0.1 * lines) {
      interactive.waits = await measureInteractive(
        () => stack.gateways[0]?.url ?? "",
      );
    }
  });
  const measured: Measured = {
    lines,
    perWindow: accounts * perMinute,
    windowMs,
    run,
    calls: await stack.simulator.calls(),
    memory: { few: fewMemory, many: await memory.stop() },
    waits: { empty: emptyWaits, busy: interactive.waits },
    faults: faults.done,
  };
  isRight = printReport(measured);
} finally {
  await stack.stop();
  await redis.stop();
}
process.exit(isRight ? 0 : 1);
