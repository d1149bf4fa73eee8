import { expect, test } from "vitest";
import { openGatewayJobs } from "../../../support/dispatch/gateway-jobs.ts";
import { until } from "../../../support/until.ts";

test("handing over while Redis is away leaves the requests with their gateway", async () => {
  const gateway = openGatewayJobs({ graceMs: 1_000 });
  await gateway.untilUp();
  const pending = gateway.hold({});
  pending.enqueue();
  await until("it is confirmed", () => pending.queuedAt <= Date.now());
  gateway.breakConnection();
  await until("the line is cut", () => gateway.redis.status === "end");
  await gateway.registry.handOver();
  expect(pending.phase).toBe("queued");
});

test.each([
  ["small", 10],
  ["large", 600_000],
])(
  "a %s request that is handed over while its job is being added leaves no job",
  async (_name, bytes) => {
    const gateway = openGatewayJobs({ graceMs: 1_000 });
    await gateway.untilUp();
    const pending = gateway.hold({ bytes: Buffer.alloc(bytes, " ") });
    const refused = expect(pending.reply).rejects.toMatchObject({
      code: "stopping",
    });
    pending.enqueue();
    const { jobId } = pending;
    await gateway.registry.handOver();
    expect(pending.phase).toBe("settled");
    await refused;
    // What was sent to Redis before has been executed by then.
    expect(await gateway.queue.getJob(jobId)).toBeUndefined();
  },
);
