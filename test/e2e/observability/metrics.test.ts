import { afterEach, expect, inject, test } from "vitest";
import { burst, chat } from "../../support/clients/chat.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import { scrape, workerUrl } from "../../support/metrics.ts";
import {
  type Stack,
  type StackOptions,
  startStack,
  testKey,
} from "../../support/processes/stack.ts";
import {
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";
import { until } from "../../support/until.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

const aliceKey = "alice-key-0123456789";

async function start(options: Partial<StackOptions> = {}) {
  stack = await startStack({ redisUrl: inject("redisUrl"), ...options });
  const [worker] = stack.workers;
  if (!worker) throw new Error("a worker was asked for");
  return { ...stack, worker: workerUrl(worker) };
}

test("requests are counted by route, status, client and priority, and timed", async () => {
  const { url } = await start({
    env: { GATEWAY_API_KEYS: `alice=${aliceKey}` },
    simulator: { latencyMs: 60 },
  });
  const headers = { "x-api-key": aliceKey };
  await chat(url, { headers });
  await chat(url, { headers });
  await chat(url, { headers: { ...headers, "x-priority": "high" } });
  await chat(url, { headers: { ...headers, "x-priority": "soon" } });
  await chat(url);
  await streamChat(`${url}/v1`, { headers });
  await fetch(`${url}/v1/models`, { headers });
  await fetch(`${url}/nowhere/at/all`);

  const page = await until("all of them are counted", async () => {
    const now = await scrape(url);
    return now.value("orpool_requests_total") === 8 && now;
  });
  const route = "/chat/completions";
  const count = (labels: Record<string, string>) =>
    page.value("orpool_requests_total", { route, ...labels });
  expect(count({ status: "200", client: "alice", priority: "normal" })).toBe(3);
  expect(count({ status: "200", client: "alice", priority: "high" })).toBe(1);
  expect(count({ status: "400", client: "alice" })).toBe(1);
  expect(count({ status: "401", client: "anonymous" })).toBe(1);
  expect(page.labelValues("orpool_requests_total", "route").sort()).toEqual([
    "/chat/completions",
    "/models",
    "other",
  ]);
  expect(page.value("orpool_errors_total", { code: "wrong-api-key" })).toBe(1);
  const plain = { route, stream: "false" };
  const total = "orpool_request_duration_seconds";
  expect(page.value(`${total}_count`, plain)).toBe(5);
  expect(page.value(`${total}_sum`, plain)).toBeGreaterThan(0.18);
  expect(page.value("orpool_time_to_first_token_seconds_count")).toBe(1);
});

test("a worker tells calls by what they meant, retries, waits, first tokens and tokens", async () => {
  const { url, simulator, worker } = await start({
    keys: [testKey(0), testKey(1)],
    simulator: { chunks: 3 },
  });
  await simulator.script([
    { times: 1, fault: { kind: "503" } },
    { times: 1, fault: { kind: "429-account-minute" } },
  ]);
  expect((await chat(url)).status).toBe(200);
  await streamChat(`${url}/v1`, { model: "another/model:free" });

  const page = await until("both are counted", async () => {
    const now = await scrape(worker);
    const outcomes = "orpool_job_outcomes_total";
    const answered = now.value(outcomes, { outcome: "answered" });
    const ended = now.value(outcomes, { outcome: "stream-ended" });
    return answered === 1 && ended === 1 && now;
  });
  const calls = (verdict: string) =>
    page.value("orpool_upstream_calls_total", {
      model: "test/model:free",
      verdict,
    });
  expect(calls("transient:503")).toBe(1);
  expect(calls("account-limited:minute")).toBe(1);
  expect(calls("return")).toBe(1);
  expect(page.value("orpool_job_outcomes_total", { outcome: "retried" })).toBe(
    1,
  );
  expect(
    page.value("orpool_limiter_decisions_total", { decision: "granted" }),
  ).toBe(4);
  const duration = "orpool_upstream_duration_seconds_count";
  expect(page.value(duration, { outcome: "answered" })).toBe(2);
  expect(page.value(duration, { outcome: "refused" })).toBe(1);
  expect(page.value(duration, { outcome: "failed" })).toBe(1);
  expect(page.value("orpool_queue_wait_seconds_count")).toBe(2);
  expect(page.value("orpool_upstream_first_token_seconds_count")).toBe(1);
  for (const model of ["test/model:free", "another/model:free"]) {
    for (const kind of ["prompt", "completion"]) {
      expect(
        page.value("orpool_tokens_total", { model, kind }),
      ).toBeGreaterThan(0);
    }
  }
  expect(page.value("orpool_worker_concurrency")).toBe(64);
});

test("the gateway tells depth and age of the queue, slots and the states of keys", async () => {
  const { url } = await start({
    accounts: 2,
    perMinute: 5,
    windowMs: 60_000,
    // Longer than anything here takes: the calls are aborted.
    simulator: { latencyMs: 60_000 },
  });
  const gone = new AbortController();
  const { signal } = gone;
  const ask = (count: number, headers = {}) =>
    burst(url, count, () => ({ signal, headers })).catch(() => undefined);
  const asked = [ask(26)];
  await until("every slot is taken", async () => {
    const now = await scrape(url);
    return now.value("orpool_queue_active_requests") === 10;
  });
  asked.push(ask(4, { "x-priority": "low" }));
  const page = await until("every slot is in use", async () => {
    const now = await scrape(url);
    const isWaiting = now.value("orpool_queue_waiting_requests") === 20;
    const age = now.value("orpool_queue_oldest_age_seconds", {
      priority: "normal",
    });
    return isWaiting && Number(age) > 1 && now;
  });
  gone.abort();
  await Promise.all(asked);

  expect(page.value("orpool_queue_waiting_requests", { priority: "low" })).toBe(
    4,
  );
  expect(page.value("orpool_queue_active_requests")).toBe(10);
  expect(page.value("orpool_queue_delayed_requests")).toBe(0);
  expect(page.value("orpool_queue_paused")).toBe(0);
  expect(page.value("orpool_keys", { state: "minute-limited" })).toBe(2);
  expect(page.value("orpool_keys", { state: "available" })).toBe(0);
  expect(page.value("orpool_slots_capacity")).toBe(10);
  expect(page.value("orpool_slots_used", { period: "minute" })).toBe(10);
  expect(page.value("orpool_slots_left", { period: "minute" })).toBe(0);
  expect(page.value("orpool_slots_used", { period: "day" })).toBe(10);
  expect(page.value("orpool_slots_left", { period: "day" })).toBe(390);
  expect(page.value("orpool_workers")).toBe(1);
  expect(page.value("orpool_cooling_models")).toBe(0);
});

test("without Redis its figures and the pool's are absent rather than old", async (context) => {
  if (!privateRedisAvailable()) context.skip("needs redis-server on the PATH");
  const redis = await startPrivateRedis();
  context.onTestFinished(() => redis.stop());
  const { url, worker } = await start({ redisUrl: redis.url });
  for (const address of [url, worker]) {
    const page = await scrape(address);
    expect(page.value("orpool_redis_up")).toBe(1);
    expect(page.value("orpool_redis_memory_used_bytes")).toBeGreaterThan(1e5);
    expect(page.value("orpool_redis_memory_limit_bytes")).toBe(0);
  }
  await until("the worker has been seen", async () => {
    const page = await scrape(url);
    return page.value("orpool_workers") === 1;
  });

  await redis.kill();
  for (const address of [url, worker]) {
    const page = await until("the loss is seen", async () => {
      const now = await scrape(address);
      return now.value("orpool_redis_up") === 0 && now;
    });
    expect(page.value("orpool_redis_ping_seconds")).toBeUndefined();
    expect(page.value("orpool_workers")).toBeUndefined();
    expect(page.value("orpool_keys")).toBeUndefined();
    expect(page.value("nodejs_eventloop_lag_p99_seconds")).toBeDefined();
  }

  await redis.restart();
  await until("everything is back", async () => {
    const page = await scrape(url);
    return page.value("orpool_workers") === 1;
  });
});

test("ever new models or wild paths make no end of series", async () => {
  const models = Array.from({ length: 150 }, (_, n) => `new/model-${n}:free`);
  const { url, worker } = await start({ accounts: 10, perMinute: 100, models });
  await burst(url, 150, (index) => ({ model: models[index] ?? "" }));
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => fetch(`${url}/wild/${index}`)),
  );
  const labels = (await scrape(worker)).labelValues(
    "orpool_upstream_calls_total",
    "model",
  );
  expect(labels).toHaveLength(101);
  expect(labels).toContain("other");
  const routes = (await scrape(url)).labelValues(
    "orpool_requests_total",
    "route",
  );
  expect(routes).toHaveLength(2);
});
