import {
  acknowledgeEveryBytes,
  readTaken,
} from "@openrouter-free-pool/shared/replies/stream-credit";
import { expect, test } from "vitest";
import { openGatewayJobs } from "../../../support/dispatch/gateway-jobs.ts";
import { until } from "../../../support/until.ts";

test("how far a client is reaches the worker after an outage of Redis", async () => {
  const gateway = openGatewayJobs({ graceMs: 0 });
  const { observer, redisKeys } = gateway;
  await gateway.untilUp();
  const taken: (() => void)[] = [];
  const pending = gateway.hold({
    sink: {
      comment: () => undefined,
      open: () => undefined,
      begin: () => undefined,
      write: (_chunk, onTaken) => taken.push(onTaken),
    },
  });
  pending.enqueue();
  const { jobId } = pending;
  await until("the job is confirmed", () => pending.queuedAt <= Date.now());
  const body = Buffer.alloc(acknowledgeEveryBytes, "x");
  pending.receive({
    kind: "stream-start",
    call: 1,
    sequence: 0,
    workerId: "worker",
    headers: {},
    queueMs: 1,
    upstreamMs: 1,
    calls: 1,
  });
  pending.receive({
    kind: "stream-data",
    call: 1,
    sequence: 1,
    isBeginning: true,
    body,
  });
  expect(pending.phase).toBe("streaming");

  const reconnect = gateway.breakConnection();
  for (const onTaken of taken) onTaken();
  await reconnect();
  await until(
    "the worker can read it",
    async () =>
      (await readTaken(observer, redisKeys, jobId)) === acknowledgeEveryBytes,
  );
});
