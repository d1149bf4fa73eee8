import { afterEach, expect, inject, test, vi } from "vitest";
import { largeBody, postShared } from "../../support/clients/large-body.ts";
import { residentMiB, watchMemory } from "../../support/processes/memory.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const answers = 16;
const answerBytes = 60_000_000;
/** Answered until the test goes on: more would take long on a busy machine. */
const enough = 4;
// Some seconds on a quiet machine.
vi.setConfig({ testTimeout: 180_000 });

/** The default of ANSWER_MEMORY. An answer is copied when it is joined, and when it is sent. */
const answerMemoryMiB = 128;

let stack: Stack | undefined;
afterEach(() => stack?.stop());

test("16 answers of 60 MB that come at once do not fill a worker with a small heap, which holds few of them at a time", async ({
  annotate,
}) => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    perMinute: 1_000,
    perDay: 10_000,
    env: { NODE_OPTIONS: "--max-old-space-size=512" },
    // Longer than it takes to send all of them.
    simulator: { latencyMs: 1_000 },
  });
  const { url, simulator, workers } = stack;
  await simulator.settings({
    fault: { kind: "large-body", bytes: answerBytes },
  });
  const pid = workers[0]?.pid ?? 0;
  const before = residentMiB(pid);
  const memory = watchMemory({ worker: pid });
  const hangUp = new AbortController();
  const statuses: (number | undefined)[] = [];
  const body = largeBody(1_000, "large");
  const all = Array.from({ length: answers }, () =>
    postShared(url, body, hangUp.signal).then((status) => {
      statuses.push(status);
    }),
  );
  await until("all calls are under way", async () => {
    const { inFlight } = await simulator.summary();
    return inFlight === answers;
  });
  await until("some are answered", () => statuses.length >= enough, 150_000);
  const { worker } = memory.stop();
  await annotate(`MiB: ${before}, at most ${worker?.highest}`);
  expect(statuses.slice(0, enough)).toEqual(Array(enough).fill(200));
  expect((await simulator.summary()).total).toBe(answers);
  expect(worker?.highest).toBeLessThan(before + 6 * answerMemoryMiB);
  hangUp.abort();
  await Promise.all(all);
});
