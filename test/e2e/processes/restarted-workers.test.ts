import { expect, inject, onTestFinished, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { startStack } from "../../support/processes/stack.ts";

const restarts = 4;
const clients = 3;

// A worker that has left a standing order may be given a job in the moment in which it is told to stop.
test("workers that are replaced one after the other take no job with them", async ({
  annotate,
}) => {
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 20,
    perMinute: 1_000_000,
    perDay: 1_000_000,
    workers: 2,
    simulator: { latencyMs: 0 },
  });
  onTestFinished(() => stack.stop());
  let isOver = false;
  let answered = 0;

  /** One request after the other: each finds idle workers. */
  async function ask(): Promise<void> {
    while (!isOver) {
      const { status } = await chat(stack.url);
      expect(status).toBe(200);
      answered += 1;
    }
  }

  const asking = Promise.all(Array.from({ length: clients }, ask));
  for (let i = 0; i < restarts; i += 1) {
    const answeredBefore = answered;
    await stack.startWorker();
    await stack.workers[i]?.stop();
    await expect
      .poll(() => answered, { timeout: 30_000 })
      .toBeGreaterThan(answeredBefore + 50);
  }
  isOver = true;
  await asking;
  await annotate(
    `${answered} requests while ${restarts} workers were replaced`,
  );

  // A job that goes with its worker is taken over when its lock has lapsed.
  const takenOver = stack.workers.flatMap(({ logged }) =>
    logged("Took over a job of a lost worker"),
  );
  expect(takenOver).toEqual([]);
  const { total } = await stack.simulator.summary();
  expect(total).toBe(answered);
});
