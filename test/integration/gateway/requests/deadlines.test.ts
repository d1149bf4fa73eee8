import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  answer,
  openGatewayJobs,
} from "../../../support/dispatch/gateway-jobs.ts";
import { until } from "../../../support/until.ts";

test("a call in flight at the deadline may finish although Redis is away", async () => {
  const gateway = openGatewayJobs({ graceMs: 0 });
  const { registry, observer, queue } = gateway;
  await gateway.untilUp();
  const pending = gateway.hold({ maxWaitMs: 200 });
  pending.enqueue();
  const { jobId } = pending;
  await until("the job is confirmed", () => pending.queuedAt <= Date.now());
  // A worker holds the job: BullMQ knows it by the lock.
  const lock = `${queue.toKey(jobId)}:lock`;
  await observer.set(lock, "worker", "PX", 60_000);
  await until("the gateway knows", () => pending.phase === "calling");

  gateway.breakConnection();
  // The deadline is checked every second.
  await sleep(1_500);
  expect(pending.phase).toBe("calling");
  registry.receive(jobId, answer);
  expect(await pending.reply).toEqual(answer);
});

test("a request whose answer is there at its deadline gets it", async () => {
  const gateway = openGatewayJobs({ graceMs: 0 });
  const { registry } = gateway;
  await gateway.untilUp();
  const pending = gateway.hold({
    maxWaitMs: 50,
    // The worker has replied and finished the job; the reply waits on the stream.
    async catchUp() {
      registry.receive(pending.jobId, answer);
    },
  });
  pending.enqueue();
  expect(await pending.reply).toEqual(answer);
});

test("a request that waits at its deadline while Redis is away is given up, and not called unsent", async () => {
  const gateway = openGatewayJobs({ graceMs: 0 });
  await gateway.untilUp();
  const pending = gateway.hold({ maxWaitMs: 500 });
  pending.enqueue();
  await until("the job is confirmed", () => pending.queuedAt <= Date.now());
  gateway.breakConnection();
  await expect(pending.reply).rejects.toMatchObject({
    code: "waited-out",
    message: expect.stringMatching(/whether the request was sent is not known/),
  });
});
