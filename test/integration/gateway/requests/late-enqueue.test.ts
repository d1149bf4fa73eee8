import { Redis } from "ioredis";
import { expect, inject, test } from "vitest";
import {
  answer,
  openGatewayJobs,
} from "../../../support/dispatch/gateway-jobs.ts";

test("a late failure to enqueue does not settle the job that took its place", async () => {
  const stuck = new Redis(inject("redisUrl"));
  let enqueued = 0;
  const gateway = openGatewayJobs({
    graceMs: 0,
    around: (add) => async (job, isWanted) => {
      enqueued += 1;
      // Redis never answers the first one, and the connection breaks in the end.
      if (enqueued === 1) await stuck.blpop(`${job.jobId}:nothing`, 0);
      else await add(job, isWanted);
    },
  });
  const { observer, redisKeys, registry } = gateway;
  await gateway.untilUp();
  const pending = gateway.hold({});
  pending.enqueue();
  const lostJob = pending.jobId;

  await registry.resubmit(lostJob);
  stuck.disconnect();
  await new Promise(setImmediate);

  expect(pending.phase).toBe("queued");
  expect(await observer.exists(redisKeys.cancelled(lostJob))).toBe(1);
  registry.receive(pending.jobId, answer);
  expect(await pending.reply).toEqual(answer);
});
