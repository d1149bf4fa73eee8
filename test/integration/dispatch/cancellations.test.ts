import type { TakenJob } from "@openrouter-free-pool/shared/dispatch/taken-job";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import { expect, test } from "vitest";
import { listenForCancellations } from "../../../apps/worker/src/dispatch/cancellations.ts";
import { cancelledReason } from "../../../apps/worker/src/job/abort-reasons.ts";
import { openFetching } from "../../support/dispatch/open-fetching.ts";

test("a job whose client hangs up while it is on its way to the worker is not called", async () => {
  const dispatch = await openFetching({ concurrency: 4 });
  const { queue, redis, redisKeys, locks, fetching } = dispatch;
  const heard: string[] = [];
  await listenForCancellations(dispatch.subscriber, redisKeys, (jobId) => {
    heard.push(jobId);
    locks.abort(jobId, cancelledReason);
  });
  await queue.add(priorities.normal, "one", "two");
  // Redis has given them: the worker has not read the reply yet.
  const { jobs } = await dispatch.takeJobs(2);
  expect(jobs.map(({ slot }) => slot?.kind)).toEqual(["granted", "granted"]);
  await redis.publish(redisKeys.cancellations, "one");
  await expect.poll(() => heard).toEqual(["one"]);

  fetching.deliver({ jobs, waiting: 0 });
  await expect.poll(() => dispatch.calls).toEqual(["two"]);
  await expect.poll(() => queue.queue.getJob("one")).toBeUndefined();
  // Its slot was given back.
  const [{ slot }] = jobs as [TakenJob];
  if (slot?.kind !== "granted") throw new Error("No slot");
  const minute = `${redisKeys.accountPrefix}${slot.key.account}:minute`;
  expect(await redis.llen(minute)).toBe(1);
  await dispatch.stop();
});
