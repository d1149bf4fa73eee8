import { afterEach, expect, inject, test } from "vitest";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import { send } from "../../support/clients/send.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import {
  type Stack,
  type StackOptions,
  startStack,
} from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

async function start(options: Omit<StackOptions, "redisUrl">): Promise<Stack> {
  stack = await startStack({ redisUrl: inject("redisUrl"), ...options });
  return stack;
}

test("a worker that is told to stop finishes its calls, and the other one does the rest", async ({
  annotate,
}) => {
  const { url, simulator, workers } = await start({
    accounts: 5,
    perMinute: 1_000,
    perDay: 10_000,
    workers: 2,
    env: { WORKER_CONCURRENCY: "20" },
    simulator: { latencyMs: 400, jitterMs: 300 },
  });
  const asked = burst(url, 200, (index) => ({ marker: `job-${index}` }));
  await until("both workers are busy", async () => {
    const { inFlight, total } = await simulator.summary();
    return inFlight === 40 && total > 60;
  });

  const stoppedAt = performance.now();
  expect(await workers[0]?.stop()).toBe(0);
  await annotate(
    `the worker had drained after ${Math.round(performance.now() - stoppedAt)} ms; its calls take 100 to 700 ms`,
  );
  const answers = await asked;

  expect(countStatuses(answers)).toEqual({ 200: 200 });
  const calls = await simulator.calls();
  expect(calls).toHaveLength(200);
  expect(new Set(calls.map(({ marker }) => marker)).size).toBe(200);
  expect((await simulator.summary()).aborted).toBe(0);
});

test("calls that outlast a stopping worker's grace are made again by another one", async () => {
  const { url, simulator, workers, startWorker } = await start({
    accounts: 2,
    perMinute: 100,
    env: { SHUTDOWN_GRACE_MS: "500" },
    simulator: { latencyMs: 20_000 },
  });
  const asked = burst(url, 10);
  await until("all calls are in flight", async () => {
    const { inFlight } = await simulator.summary();
    return inFlight === 10;
  });
  await simulator.settings({ latencyMs: 100 });
  await startWorker();
  expect(await workers[0]?.stop()).toBe(0);
  expect(countStatuses(await asked)).toEqual({ 200: 10 });
  const { total, aborted } = await simulator.summary();
  expect({ total, aborted }).toEqual({ total: 20, aborted: 10 });
});

test("a stream outlasts the stop of its worker", async () => {
  const { url, simulator, workers } = await start({
    accounts: 1,
    simulator: { chunks: 100, interChunkMs: 100 },
  });
  const streamed = streamChat(`${url}/v1`);
  await until("the stream has begun", async () => {
    const [call] = await simulator.calls();
    return (call?.responseBytes ?? 0) > 0;
  });
  expect(await workers[0]?.stop()).toBe(0);
  const { bytes } = await streamed;
  expect(bytes.toString().slice(-14)).toBe("data: [DONE]\n\n");
});

test("a gateway that is told to stop waits for its requests, and sends the rest away", async () => {
  const { simulator, gateways, startGateway } = await start({
    accounts: 2,
    perMinute: 10,
    simulator: { latencyMs: 1_500 },
    env: { SHUTDOWN_GRACE_MS: "2500" },
  });
  const other = await startGateway();
  const [gateway] = gateways;
  if (!gateway) throw new Error("a gateway was asked for");
  const asked = burst(gateway.url, 50);
  await until("every slot is in use", async () => {
    const { queue } = await readPoolStatus(other.url);
    return queue.inFlight === 20 && queue.waiting === 30;
  });

  const exitCode = gateway.stop();
  await until("it takes no new connection", () =>
    send(`${gateway.url}/health`).then(
      () => false,
      () => true,
    ),
  );
  const answers = await asked;
  expect(countStatuses(answers)).toEqual({ 200: 20, 503: 30 });
  const refused = answers.find(({ status }) => status === 503);
  expect(refused?.headers.get("retry-after")).toBe("5");
  expect(refused?.headers.get("connection")).toBe("close");
  expect(refused?.body).toEqual({
    error: {
      code: 503,
      message: "This gateway stopped before the request had its turn",
      type: "service_unavailable",
      metadata: { reason: "stopping", retry_after_seconds: 5 },
    },
  });
  expect(await exitCode).toBe(0);

  // A client that comes again elsewhere finds its old request gone.
  const { queue } = await readPoolStatus(other.url);
  expect(queue).toMatchObject({ waiting: 0, inFlight: 0 });
  await simulator.resetQuotas();
  expect((await simulator.summary()).total).toBe(20);
});

test("a gateway's requests spend no quota after a restart", async ({
  annotate,
}) => {
  const { simulator, gateways, startGateway } = await start({
    accounts: 2,
    perMinute: 5,
    perDay: 10_000,
    windowMs: 500,
    env: { SHUTDOWN_GRACE_MS: "0" },
  });
  const [gateway] = gateways;
  if (!gateway) throw new Error("a gateway was asked for");
  const asked = burst(gateway.url, 200);
  await until("all have come, and some were served", async () => {
    const { queue } = await readPoolStatus(gateway.url);
    const { total, inFlight } = await simulator.summary();
    return (
      total > 20 && total - inFlight + queue.waiting + queue.inFlight >= 200
    );
  });
  expect(await gateway.stop()).toBe(0);
  const before = (await simulator.summary()).total;
  const statuses = countStatuses(await asked);
  const next = await startGateway();
  for (let turn = 0; turn < 20; turn += 1) {
    expect((await chat(next.url)).status).toBe(200);
  }
  const { total } = await simulator.summary();
  await annotate(
    `${before} calls before the restart, ${total - before - 20} for old requests after it`,
  );
  expect(total - before).toBe(20);
  expect(statuses[503]).toBeGreaterThanOrEqual(200 - before);
  expect((statuses[503] ?? 0) + (statuses[200] ?? 0)).toBe(200);
});
