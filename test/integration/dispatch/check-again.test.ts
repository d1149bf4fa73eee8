import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import { expect, test } from "vitest";
import { openFetching } from "../../support/dispatch/open-fetching.ts";
import { takeOnlySlot } from "../../support/dispatch/take-only-slot.ts";
import { until } from "../../support/until.ts";

test("a worker that is told of free slots while it takes jobs does not pause", async () => {
  const { promise: reply, resolve: passReply } = Promise.withResolvers<void>();
  let replies = 0;
  const worker = await openFetching({
    concurrency: 1,
    limits: { perMinute: 1 },
    async beforeReply() {
      replies += 1;
      await reply;
    },
  });
  const { keyPool, queue, fetching, forecast, calls } = worker;
  const grant = await takeOnlySlot(worker);
  await queue.add(priorities.normal, "a");
  fetching.start();
  // The reply says that no slot is free for a minute.
  await until("a reply is on its way", () => replies === 1);
  await keyPool.release(grant);
  fetching.checkAgain();
  passReply();
  await until(
    "the job is called, or the worker pauses",
    () => calls.length > 0 || forecast.pauseMs > 0,
  );
  expect(calls).toEqual(["a"]);
  await worker.stop();
});
