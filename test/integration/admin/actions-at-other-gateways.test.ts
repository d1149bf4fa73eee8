import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { AdminClient } from "../../support/clients/admin-client.ts";
import { operatorPassword } from "../../support/clients/operator.ts";
import { send } from "../../support/clients/send.ts";
import {
  type Gateway,
  type Stack,
  startStack,
} from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    gateways: 2,
    env: { ADMIN_PASSWORD: operatorPassword },
  });
});
afterAll(() => stack?.stop());

/** The ids of the pool's keys, read at the first gateway only. */
async function readKeyIds(): Promise<string[]> {
  return until("the keys are known", async () => {
    const { body } = await send(`${stack.url}/api/v1/keys/status`);
    const { keys } = body as { keys: { id: string }[] };
    return keys.length > 1 ? keys.map(({ id }) => id) : undefined;
  });
}

test("a key is taken out at a gateway that has not read the pool yet", async () => {
  const [, second] = stack.gateways as [Gateway, Gateway];
  const [id = ""] = await readKeyIds();
  const visitor = new AdminClient(stack.url);
  await visitor.logIn(operatorPassword);
  const answer = await visitor.copy(second.url).act("take-out", id);
  expect(answer.status, answer.text).toBe(303);
});

test("a confirmation that was open while its gateway was replaced still works", async () => {
  const [, id = ""] = await readKeyIds();
  const visitor = new AdminClient(stack.url);
  await visitor.logIn(operatorPassword);
  const { text } = await visitor.get(
    `/admin/confirm?action=take-out&target=${id}`,
  );
  const token = /name="token" value="([^"]+)"/.exec(text)?.[1] ?? "";
  const fresh = await stack.startGateway();
  const answer = await visitor
    .copy(fresh.url)
    .post("/admin/actions/take-out", { token, target: id });
  expect(answer.status, answer.text).toBe(303);
});

test("a key that does not exist is refused at every gateway", async () => {
  const visitor = new AdminClient(stack.url);
  await visitor.logIn(operatorPassword);
  for (const { url } of stack.gateways) {
    const query = "action=take-out&target=unknown";
    const answer = await visitor.copy(url).get(`/admin/confirm?${query}`);
    expect(answer.status).toBe(404);
  }
});
