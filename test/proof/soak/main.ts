/**
 * Hours of all kinds of traffic with a fault every few minutes, while memory, keys, descriptors and delays are
 * recorded. Writes a CSV file, charts and a summary, and ends with 1 when anything was lost or grew.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { workerUrl } from "../../support/metrics.ts";
import { planFaults } from "./faults/plan-faults.ts";
import { type FaultRecord, runFaults } from "./faults/run-faults.ts";
import { readOptions } from "./options.ts";
import { Recorder } from "./recorder.ts";
import { isRight, writeReport } from "./report/write-report.ts";
import { createLiveMemoryReader } from "./samples/read-live-memory.ts";
import { createProcessReader, type Watched } from "./samples/read-processes.ts";
import { createRedisReader } from "./samples/read-redis.ts";
import { startSubject } from "./start-subject.ts";
import { createExchange } from "./traffic/exchange.ts";
import { runBatches } from "./traffic/run-batches.ts";
import { bearer, runTraffic } from "./traffic/run-traffic.ts";
import { Tally } from "./traffic/tally.ts";

const sampleMs = 10_000;
const samplesPerReport = 6;

const options = readOptions(process.argv.slice(2));
const { minutes, rate, faultEvery, out } = options;
const subject = await startSubject(rate);
const { stack, redis, clientKeys } = subject;

const tally = new Tally();
const faults: FaultRecord[] = [];
const stop = new AbortController();
const { signal } = stop;
const startedAt = performance.now();
const elapsedSeconds = () => (performance.now() - startedAt) / 1_000;
const { exchange, close } = createExchange({
  gatewayUrls: () => stack.gateways.map(({ url }) => url),
  onSentAgain: () => tally.sentAgain(),
});
const recorder = new Recorder({
  plan: `${minutes} minutes at ${rate} requests a second, a fault every ${faultEvery} s`,
  stack,
  tally,
  faults,
  watched,
  readProcesses: createProcessReader(),
  readLiveMemory: createLiveMemoryReader(),
  redisReader: createRedisReader(redis.url, stack.prefix),
});

process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());
const running = Promise.all([
  runTraffic({ exchange, clientKeys, rate, tally, signal }),
  runBatches({
    exchange,
    headers: bearer(clientKeys[0]),
    lines: Math.ceil(rate / 2),
    tally,
    signal,
  }),
  runFaults({
    faults: planFaults({ stack, redis }),
    everySeconds: faultEvery,
    elapsedSeconds,
    records: faults,
    signal,
  }),
]);
let hasFailed = false;
running.catch((error: unknown) => {
  console.error(error);
  hasFailed = true;
  stop.abort();
});

while (!signal.aborted && elapsedSeconds() < minutes * 60) {
  await sleep(sampleMs, undefined, { signal }).catch(() => {});
  const run = await recorder.record(elapsedSeconds());
  if (run.samples.length % samplesPerReport === 0) await writeReport(out, run);
}
stop.abort();
await running.catch(() => {});
const run = await recorder.record(elapsedSeconds());
console.log(await writeReport(out, run));
recorder.close();
await close();
await subject.stop();
process.exit(isRight(run) && !hasFailed ? 0 : 1);

function watched(): Watched[] {
  return [
    ...stack.gateways.map(({ pid, url }, index) => ({
      name: `gateway-${index + 1}`,
      pid,
      url,
    })),
    ...stack.workers.map((worker, index) => ({
      name: `worker-${index + 1}`,
      pid: worker.pid,
      url: workerUrl(worker),
    })),
    { name: "redis", pid: redis.pid() },
    { name: "simulator", pid: stack.simulator.pid },
    { name: "clients", pid: process.pid },
  ];
}
