import type { PoolStatus } from "@openrouter-free-pool/shared/api/pool-status";
import { expect, inject, onTestFinished, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import { chat } from "../../support/clients/chat.ts";
import { operatorPassword } from "../../support/clients/operator.ts";
import { send } from "../../support/clients/send.ts";
import { startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

test("after OpenRouter's 429 of the day status and key page say that nothing is left today", async () => {
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    env: { ADMIN_PASSWORD: operatorPassword },
  });
  onTestFinished(() => stack.stop());
  // The pool itself believes that 199 of 200 calls are left.
  await stack.simulator.script([{ fault: { kind: "429-account-day" } }]);
  void chat(stack.url).catch(() => undefined);
  const status = await until("the account is out for the day", async () => {
    const { body } = await send(`${stack.url}/api/v1/keys/status`);
    const found = body as PoolStatus;
    return found.keys[0]?.state === "day-limited" ? found : undefined;
  });
  expect(status.keys[0]?.day.remaining).toBe(0);
  expect(status.pool.leftToday).toBe(0);
  const visitor = new AdminClient(stack.url);
  await visitor.logIn(operatorPassword);
  const { text } = await visitor.get("/admin");
  expect(text).toContain("Today&#39;s calls are used up");
});
