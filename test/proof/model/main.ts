/**
 * Measures three bursts and compares them with the model of `npm run model:drain`. Prints a table in Markdown, and ends
 * with 1 when a time is more than 5 % off. Numbers choose some of them: `npm run proof:model -- 1 3`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import {
  type DrainPlan,
  type DrainPrediction,
  predictDrain,
} from "../../../scripts/model/predict-drain.ts";
import { findOwnRedis } from "../../../scripts/redis/find-redis.ts";
import {
  burst,
  type ChatResult,
  testModel,
} from "../../support/clients/chat.ts";
import { send } from "../../support/clients/send.ts";
import { percentile } from "../../support/percentile.ts";
import { startStack } from "../../support/processes/stack.ts";
import { points } from "./points.ts";
import { readDrainMs } from "./read-drain.ts";

const allowed = 0.05;
/** What the guard and the validity of a grant add to a window, and a little. */
const marginMs = 2_000;

const chosen = process.argv.slice(2).map(Number);
const { url, stop } = await findOwnRedis({ purpose: "bench" });
let isRight = true;
try {
  console.log(`| point | | predicted | measured | off by |
| --- | --- | --- | --- | --- |`);
  for (const [index, { name, plan }] of points.entries()) {
    if (chosen.length > 0 && !chosen.includes(index + 1)) continue;
    const { predicted, measured } = await measure(plan);
    compare(name, "drained in", predicted.drainMs, measured.drainMs);
    compare("", "wait p50", predicted.waitP50Ms, measured.waitP50Ms);
    compare("", "wait p95", predicted.waitP95Ms, measured.waitP95Ms);
  }
} finally {
  await stop();
}
process.exit(isRight ? 0 : 1);

async function measure(plan: DrainPlan) {
  const { accounts, workers, concurrency, latencyMs, jitterMs, limits } = plan;
  const model = plan.isCold ? "cold/model:free" : testModel;
  const stack = await startStack({
    redisUrl: url,
    ...{ accounts, workers, ...limits },
    models: ["cold/model:free"],
    simulator: { latencyMs, jitterMs },
    env: { WORKER_CONCURRENCY: String(concurrency) },
  });
  try {
    // Code that is compiled; the slots come back within the window that follows.
    await burst(stack.url, limits.perMinute, () => ({
      model: "other/model:free",
    }));
    await sleep(limits.windowMs + marginMs);
    if (plan.dayLeftMs !== undefined) await untilDayHas(plan.dayLeftMs, limits);
    await openConnections(stack.url, plan.requests);
    const dayLeftMs = leftOfDay(limits);
    const answers = await burst(stack.url, plan.requests, () => ({ model }));
    const refused = answers.find(({ status }) => status !== 200);
    if (refused) throw new Error(`${refused.status} ${refused.text}`);
    const waits = answers.map(({ headers }) =>
      Number(headers.get("x-queue-time-ms")),
    );
    const measured: Omit<DrainPrediction, "perSecond"> = {
      drainMs: await readDrainMs(stack, model, plan.requests),
      waitP50Ms: percentile(waits, 50),
      waitP95Ms: percentile(waits, 95),
    };
    const last = answers.reduce((a, b) => (b.tookMs > a.tookMs ? b : a));
    console.error(`The last answer came ${describeAnswer(last)}`);
    return { predicted: predictDrain({ ...plan, dayLeftMs }), measured };
  } finally {
    await stack.stop();
  }
}

/** As an application has that reuses its connections. */
async function openConnections(to: string, count: number): Promise<void> {
  const opened = Array.from({ length: count }, () => send(`${to}/health`));
  await Promise.all(opened);
}

/** Waits until so much of a day is left. */
async function untilDayHas(ms: number, limits: { dayMs: number }) {
  const left = leftOfDay(limits);
  await sleep(left >= ms ? left - ms : left + limits.dayMs - ms);
}

function leftOfDay({ dayMs }: { dayMs: number }): number {
  return dayMs - (Date.now() % dayMs);
}

/** What the time of an answer was made of. */
function describeAnswer({ tookMs, headers }: ChatResult): string {
  const of = (name: string) => headers.get(name) ?? "?";
  return `after ${Math.round(tookMs)} ms: waited ${of("x-queue-time-ms")}, called for ${of("x-upstream-time-ms")}, attempts ${of("x-attempts")}`;
}

function compare(
  name: string,
  what: string,
  predicted: number,
  measured: number,
): void {
  const [a, b] = [predicted, measured].map((ms) => (ms / 1_000).toFixed(2));
  const offBy = (predicted - measured) / measured;
  isRight &&= Math.abs(offBy) <= allowed;
  console.log(
    `| ${name} | ${what} | ${a} s | ${b} s | ${(offBy * 100).toFixed(1)} % |`,
  );
}
