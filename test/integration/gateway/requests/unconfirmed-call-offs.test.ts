import { expect, test } from "vitest";
import { queueKeys } from "../../../../libs/shared/src/queue/bullmq/queue-keys.ts";
import { openGatewayJobs } from "../../../support/dispatch/gateway-jobs.ts";
import { until } from "../../../support/until.ts";

async function queueOne(graceMs: number) {
  const gateway = openGatewayJobs({ graceMs });
  await gateway.untilUp();
  const pending = gateway.hold({});
  pending.enqueue();
  const { jobId } = pending;
  await until("the job is confirmed", () => pending.queuedAt <= Date.now());
  const isMarked = async () =>
    (await gateway.observer.exists(gateway.redisKeys.cancelled(jobId))) === 1;
  const isQueued = async () =>
    (await gateway.observer.exists(queueKeys(gateway.redisKeys).job(jobId))) ===
    1;
  return { gateway, pending, isMarked, isQueued };
}

test("a client that hangs up while Redis is away has its job withdrawn when Redis is back", async () => {
  const { gateway, pending, isMarked, isQueued } = await queueOne(20_000);
  const reconnect = gateway.breakConnection();
  pending.hangUp();
  expect(pending.phase).toBe("settled");

  await reconnect();
  await until("the job is marked", isMarked);
  await until("the job is gone", async () => !(await isQueued()));
});

test("an outage that outlasts the grace does not lose a withdrawal", async () => {
  const { gateway, pending, isMarked, isQueued } = await queueOne(0);
  const { jobs } = gateway;
  const reconnect = gateway.breakConnection();
  await expect(jobs.callOff(pending.jobId)).rejects.toMatchObject({
    code: "redis-down",
  });

  await reconnect();
  expect(await isQueued()).toBe(true);
  await jobs.repeatCallOffs();
  expect(await isMarked()).toBe(true);
  expect(await isQueued()).toBe(false);
});
