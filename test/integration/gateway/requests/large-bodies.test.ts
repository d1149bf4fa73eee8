import { randomUUID } from "node:crypto";
import { largestInlineBodyBytes } from "@openrouter-free-pool/shared/queue/completion-job";
import { expect, test } from "vitest";
import { HeldBody } from "../../../../apps/gateway/src/bodies/held-body.ts";
import { openGatewayJobs } from "../../../support/dispatch/gateway-jobs.ts";
import { until } from "../../../support/until.ts";

const large = () => Buffer.alloc(largestInlineBodyBytes + 1, "x");
const always = () => true;

test("a body that was renamed for a new job is found when the job is made again", async () => {
  const gateway = openGatewayJobs({ graceMs: 0 });
  const { jobs, observer, redisKeys, queue } = gateway;
  await gateway.untilUp();
  const body = new HeldBody(large());
  const { request } = gateway.hold({});
  const job = { request, body, priority: 20 };
  const [first, second] = [randomUUID(), randomUUID()];
  await jobs.add({ ...job, jobId: first }, always);
  expect(body.bytes).toBeUndefined();

  // Redis renamed it, and the connection broke before the answer.
  await observer.rename(redisKeys.body(first), redisKeys.body(second));
  await jobs.add({ ...job, jobId: second }, always);
  await jobs.add({ ...job, jobId: second }, always);
  expect(await queue.getJob(second)).toBeDefined();
  expect(body.storedAs).toBe(second);
});

test("a body counts until Redis has it, also when its client has gone", async () => {
  const gateway = openGatewayJobs({ graceMs: 0 });
  const { jobs, redisKeys, observer } = gateway;
  await gateway.untilUp();
  let isReleased = false;
  const body = new HeldBody(large(), () => {
    isReleased = true;
  });
  const clientLetsGo = body.hold();
  const { request } = gateway.hold({});
  const jobId = randomUUID();
  const stored = jobs.add({ jobId, request, body, priority: 20 }, always);
  clientLetsGo();
  expect(isReleased).toBe(false);
  await stored;
  expect(isReleased).toBe(true);
  expect(await observer.exists(redisKeys.body(jobId))).toBe(1);
});

test("a body whose client has gone is not sent to Redis", async () => {
  const gateway = openGatewayJobs({ graceMs: 0 });
  const { jobs, redisKeys, observer } = gateway;
  await gateway.untilUp();
  const body = new HeldBody(large());
  const { request } = gateway.hold({});
  const jobId = randomUUID();
  const stored = jobs.add({ jobId, request, body, priority: 20 }, () => false);
  await expect(stored).rejects.toMatchObject({ code: "client-gone" });
  expect(await observer.exists(redisKeys.body(jobId))).toBe(0);
});

test("the body of a call in flight goes when the request is called off", async () => {
  const gateway = openGatewayJobs({ graceMs: 0 });
  const { observer, redisKeys, queue } = gateway;
  await gateway.untilUp();
  const pending = gateway.hold({ bytes: large() });
  pending.enqueue();
  const { jobId } = pending;
  await until("the job is confirmed", () => pending.queuedAt <= Date.now());
  // A worker holds the job: BullMQ knows it by the lock.
  await observer.set(`${queue.toKey(jobId)}:lock`, "worker", "PX", 60_000);

  pending.hangUp();
  await until(
    "the body is gone",
    async () => (await observer.exists(redisKeys.body(jobId))) === 0,
  );
  expect(await observer.exists(redisKeys.cancelled(jobId))).toBe(1);
});
