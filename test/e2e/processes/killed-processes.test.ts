import { expect, inject, onTestFinished, test } from "vitest";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import {
  type StackOptions,
  startStack,
} from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

// Both wait for most of the time: for leases of dead processes to end.
const waitMs = 150_000;

test.concurrent(
  "what a killed worker had in flight is answered by the other one",
  async ({ annotate }) => {
    const stack = await start({
      accounts: 10,
      perMinute: 1_000,
      perDay: 10_000,
      workers: 2,
      simulator: { latencyMs: 4_000 },
    });
    const { url, simulator, workers } = stack;
    const asked = burst(url, 110, (index) => ({ marker: `job-${index}` }));
    await until("all calls are in flight", async () => {
      const { inFlight } = await simulator.summary();
      return inFlight === 110;
    });

    await workers[0]?.kill();
    const killedAt = performance.now();
    await until("its calls are broken off", async () => {
      const { aborted } = await simulator.summary();
      return aborted > 0;
    });
    const answers = await asked;

    const { aborted } = await simulator.summary();
    const lastMs = Math.max(...answers.map(({ doneAt }) => doneAt)) - killedAt;
    await annotate(
      `${aborted} of 110 calls in flight were lost with the worker; the last client had its answer ${Math.round(lastMs)} ms after the kill, 4000 ms of it in the repeated call`,
    );
    expect(countStatuses(answers)).toEqual({ 200: 110 });
    expect(aborted).toBeGreaterThanOrEqual(45);
    expect(lastMs).toBeLessThan(60_000);
    expect(await countMarkers(stack.simulator)).toBe(110);
  },
  waitMs,
);

test.concurrent(
  "jobs of a killed gateway do not go on to spend quota",
  async ({ annotate }) => {
    const stack = await start({
      accounts: 2,
      perMinute: 5,
      perDay: 10_000,
      windowMs: 1_000,
      gateways: 2,
      workers: 2,
      simulator: { latencyMs: 20 },
    });
    const { simulator, gateways } = stack;
    const [doomed, survivor] = gateways;
    if (!doomed || !survivor) throw new Error("two gateways were asked for");
    const lost = Promise.allSettled(
      Array.from({ length: 400 }, () => chat(doomed.url)),
    );
    await until("a long queue is being worked on", async () => {
      const { queue } = await readPoolStatus(survivor.url);
      const { total } = await simulator.summary();
      return queue.waiting > 300 && total > 10;
    });

    const before = (await simulator.summary()).total;
    await doomed.kill();
    const killedAt = performance.now();
    await lost;
    const served = chat(survivor.url);
    await until(
      "the queue is empty",
      async () => (await readPoolStatus(survivor.url)).queue.waiting === 0,
      waitMs,
    );
    const clearedMs = performance.now() - killedAt;
    const { total } = await simulator.summary();
    await annotate(
      `${total - before} calls after the kill, one of them for a client of another gateway; some 300 dead jobs were gone after ${Math.round(clearedMs)} ms`,
    );
    expect((await served).status).toBe(200);
    expect(total - before).toBeLessThan(20);
  },
  waitMs,
);

async function start(options: Omit<StackOptions, "redisUrl">) {
  const stack = await startStack({ redisUrl: inject("redisUrl"), ...options });
  onTestFinished(() => stack.stop());
  return stack;
}

async function countMarkers(simulator: {
  calls(): Promise<{ marker: string | null }[]>;
}): Promise<number> {
  const calls = await simulator.calls();
  return new Set(calls.map(({ marker }) => marker)).size;
}
