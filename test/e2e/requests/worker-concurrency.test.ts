import { expect, inject, onTestFinished, test } from "vitest";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { scrape } from "../../support/metrics.ts";
import { startStack } from "../../support/processes/stack.ts";

const concurrency = 4;

// Jobs come in two ways to an idle worker: it takes them, and they are pushed to it.
test("a worker never has more calls in flight than it may", async ({
  annotate,
}) => {
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 20,
    perMinute: 1_000_000,
    perDay: 1_000_000,
    simulator: { latencyMs: 200 },
    env: { WORKER_CONCURRENCY: String(concurrency) },
  });
  onTestFinished(() => stack.stop());
  const [health] = stack.workers[0]?.logged("Worker health is served") ?? [];
  const url = `http://${String(health?.host)}:${String(health?.port)}`;
  let most = 0;
  let samples = 0;
  let isOver = false;
  async function watch(): Promise<void> {
    while (!isOver) {
      const { value } = await scrape(url);
      most = Math.max(most, value("orpool_worker_calls_in_flight") ?? 0);
      samples += 1;
    }
  }
  const watching = watch();
  for (let round = 0; round < 8; round += 1) {
    expect((await chat(stack.url)).status).toBe(200);
    const answers = await burst(stack.url, concurrency * 3);
    expect(countStatuses(answers)).toEqual({ 200: concurrency * 3 });
  }
  isOver = true;
  await watching;
  await annotate(`at most ${most} in flight, in ${samples} samples`);
  expect(most).toBe(concurrency);
});
