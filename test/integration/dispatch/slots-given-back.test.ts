import type { Grant } from "@openrouter-free-pool/shared/key-pool/slots/acquisition";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import { expect, test } from "vitest";
import { openFetching } from "../../support/dispatch/open-fetching.ts";
import { takeOnlySlot } from "../../support/dispatch/take-only-slot.ts";
import { until } from "../../support/until.ts";

type Worker = Awaited<ReturnType<typeof openFetching>>;

const { normal } = priorities;
const limits = { perMinute: 1, windowMs: 600_000 };

/** Expects that a job is called before the worker would look by itself. */
async function expectCallAfter(
  { forecast, calls }: Worker,
  jobId: string,
  giveBack: () => Promise<unknown>,
): Promise<void> {
  await until("the worker pauses", () => forecast.pauseMs > 0);
  const pauseEnds = performance.now() + forecast.pauseMs;
  await giveBack();
  await until(`${jobId} is called`, () => calls.includes(jobId));
  expect(performance.now()).toBeLessThan(pauseEnds);
}

test.for([
  { how: "unused", usableMs: 60_000 },
  { how: "too late to be used", usableMs: 0 },
])(
  "a worker that waits for a slot uses one that another worker gives back $how",
  async ({ usableMs }) => {
    const worker = await openFetching({ concurrency: 4, limits });
    const { keyPool, queue, fetching } = worker;
    const grant = {
      ...(await takeOnlySlot(worker)),
      usableUntil: performance.now() + usableMs,
    };
    await queue.add(normal, "a");
    fetching.start();
    await expectCallAfter(worker, "a", async () => {
      if (!(await keyPool.releaseIfLate(grant))) await keyPool.release(grant);
    });
    await worker.stop();
  },
);

test("a worker that waits for a slot uses one that a call of its own gives back", async () => {
  const worker = await openFetching({ concurrency: 4, limits });
  const { calls, fetching, queue } = worker;
  await queue.add(normal, "a", "b");
  fetching.start();
  await until("a is called", () => calls.includes("a"));
  const grant = await readGrant(worker, "a");
  await expectCallAfter(worker, "b", () => worker.keyPool.release(grant));
  await worker.stop();
});

/** The slot with which a job was taken off the queue. */
async function readGrant(
  { keyPool, queue, redis }: Worker,
  jobId: string,
): Promise<Grant> {
  const said = await redis.hget(queue.keys.job(jobId), "grant");
  const { model } = queue.request;
  const slot = keyPool.recallGrant([model], JSON.parse(said ?? "[]"));
  if (slot?.kind !== "granted") throw new Error(`${jobId} has no slot`);
  return slot;
}
