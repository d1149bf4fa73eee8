import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { BodyBudget } from "../../../../apps/gateway/src/bodies/body-budget.ts";
import { HeldBody } from "../../../../apps/gateway/src/bodies/held-body.ts";
import { createIdempotency } from "../../../../apps/gateway/src/idempotency/idempotency.ts";
import { SharedCallStore } from "../../../../apps/gateway/src/shared-requests/shared-call-store.ts";
import { SharedRequests } from "../../../../apps/gateway/src/shared-requests/shared-requests.ts";
import {
  answer,
  logger,
  openGatewayJobs,
} from "../../../support/dispatch/gateway-jobs.ts";

test("an answer that comes while Redis is away for a moment is there for the same key", async () => {
  const gateway = openGatewayJobs({ graceMs: 30_000 });
  await gateway.untilUp();
  const { redis, redisKeys, grace } = gateway;
  const store = new SharedCallStore(redis, redisKeys);
  const shared = new SharedRequests({ store, grace, logger });
  const waitingBodies = new BodyBudget(1_000_000);
  const idempotency = createIdempotency({
    ...{ shared, keepMs: 60_000, waitingBodies },
  });
  let calls = 0;
  let reconnect: (() => Promise<void>) | undefined;
  const ask = () =>
    idempotency.reply(
      { key: "k", fingerprint: "f" },
      {
        body: new HeldBody(Buffer.from("{}")),
        hungUp: new AbortController().signal,
        work: async () => {
          calls += 1;
          if (calls === 1) reconnect = gateway.breakConnection();
          return answer;
        },
      },
    );
  // Its own client does not wait for Redis.
  expect((await ask()).reply).toEqual(answer);
  await sleep(100);
  await reconnect?.();
  expect((await ask()).reply).toEqual(answer);
  await shared.close();
  expect(calls).toBe(1);
});
