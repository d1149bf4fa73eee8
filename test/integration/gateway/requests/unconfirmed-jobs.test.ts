import { expect, test } from "vitest";
import { createRecoverLost } from "../../../../apps/gateway/src/completions/recover-lost.ts";
import { openGatewayJobs } from "../../../support/dispatch/gateway-jobs.ts";
import { until } from "../../../support/until.ts";

async function openRecovery() {
  const gateway = openGatewayJobs({ graceMs: 10_000 });
  const { redis, redisKeys, registry } = gateway;
  await gateway.untilUp();
  const recover = createRecoverLost({
    redis,
    redisKeys,
    pending: registry,
    catchUp: async () => undefined,
  });
  return { gateway, recover };
}

test("a job that Redis has not confirmed yet is not sent again at the reconnection", async () => {
  const { gateway, recover } = await openRecovery();
  const { queue } = gateway;
  const reconnect = gateway.breakConnection();
  const pending = gateway.hold({});
  pending.enqueue();
  const { jobId } = pending;

  await reconnect();
  await recover.jobs(0);
  await until(
    "the job is on the queue",
    async () => (await queue.getJobCountByTypes("prioritized")) > 0,
  );

  expect(pending.jobId).toBe(jobId);
  expect(await queue.getJob(jobId)).toBeDefined();
  expect(await queue.getJobCountByTypes("prioritized")).toBe(1);
});

test("a confirmed job that Redis has lost is sent again", async () => {
  const { gateway, recover } = await openRecovery();
  const { queue } = gateway;
  const pending = gateway.hold({});
  pending.enqueue();
  const { jobId } = pending;
  await until("the job is confirmed", () => pending.queuedAt <= Date.now());
  await queue.remove(jobId);

  await recover.jobs(0);
  expect(pending.jobId).not.toBe(jobId);
  await until(
    "the new job is on the queue",
    async () => (await queue.getJob(pending.jobId)) !== undefined,
  );
});
