import { createRedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import {
  basicHeaders,
  type Operator,
  operatorHeaders,
  operatorOf,
  operatorPassword,
  withKey,
} from "../../support/clients/operator.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack;
let operator: Operator;
let other = "";

beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    gateways: 2,
    perMinute: 1_000,
    env: { ADMIN_PASSWORD: operatorPassword },
  });
  operator = operatorOf(stack.url);
  other = stack.gateways[1]?.url ?? "";
});
afterAll(() => stack?.stop());

const list = (key?: string, url = other) =>
  fetch(`${url}/v1/models`, { headers: key ? withKey(key) : {} });
const untilStatus = (key: string | undefined, status: number) =>
  until(
    `it is ${status} at the other gateway`,
    async () => (await list(key)).status === status,
    1_000,
  );

test("from the first client on keys are required, and still when the last one is gone", async () => {
  expect((await list()).status).toBe(200);
  const client = await operator.create("first");
  expect(client.key).toMatch(/^sk-pool-[\w-]{43}$/);
  await untilStatus(undefined, 401);
  await untilStatus(client.key, 200);

  const { status } = await operator.request("DELETE", `/clients/${client.id}`);
  expect(status).toBe(200);
  await untilStatus(client.key, 401);
  expect((await list()).status).toBe(401);
  expect((await list(undefined, stack.url)).status).toBe(401);
  const fresh = await stack.startGateway();
  expect((await list(undefined, fresh.url)).status).toBe(401);
});

test("a change holds at the other gateway within a second", async () => {
  const { id, key } = await operator.create("alice");
  await untilStatus(key, 200);
  const path = `/clients/${id}`;

  await operator.request("PATCH", path, { disabled: true });
  await untilStatus(key, 401);
  expect(await (await list(key)).json()).toMatchObject({
    error: { metadata: { reason: "client-disabled" } },
  });
  await operator.request("PATCH", path, { disabled: false });
  await untilStatus(key, 200);

  const rotated = await operator.request("POST", `${path}/rotate`);
  const { key: newKey } = rotated.body as { key: string };
  await untilStatus(newKey, 200);
  expect((await list(key)).status).toBe(401);

  const expiresAt = new Date(Date.now() - 1_000).toISOString();
  await operator.request("PATCH", path, { expiresAt });
  await untilStatus(newKey, 401);
  expect(await (await list(newKey)).json()).toMatchObject({
    error: { metadata: { reason: "client-expired" } },
  });
});

test("a key is shown once, and neither Redis nor a log has it", async () => {
  const { key, id, keyHint } = await operator.create("secretive");
  expect(keyHint).toBe(`sk-pool-…${key.slice(-4)}`);
  await operator.request("PATCH", `/clients/${id}`, { weight: 7 });
  expect((await chat(stack.url, { headers: withKey(key) })).status).toBe(200);
  const { body } = await operator.request("GET", "/clients");
  expect(JSON.stringify(body)).not.toContain(key);

  const { clients } = createRedisKeys(stack.prefix);
  const redis = new Redis(inject("redisUrl"));
  const stored = JSON.stringify(await redis.hgetall(clients));
  redis.disconnect();
  expect(stored).toContain(id);
  expect(stored).not.toContain(key);
  const processes = [...stack.gateways, ...stack.workers];
  const log = processes.flatMap(({ output }) => output).join("\n");
  expect(log).not.toContain(key);
  const audited = await until("both changes are logged", () => {
    const lines = stack.gateways[0]
      ?.logged("An operator changed a client")
      .filter(({ clientId }) => clientId === id);
    return lines && lines.length >= 2 && lines;
  });
  expect(audited).toMatchObject([
    { action: "create", client: "secretive" },
    { action: "update", settings: ["weight"] },
  ]);
});

test.for([
  ["no name", {}, /name/],
  ["a name with a blank", { name: "a b" }, /letters, digits/],
  ["a name that is too long", { name: "a".repeat(65) }, /letters, digits/],
  ["a share of nothing", { name: "n", weight: 0 }, /weight/],
  ["too many globs", { name: "n", models: Array(101).fill("a") }, /models/],
  ["no time", { name: "n", expiresAt: "tomorrow" }, /expiresAt.*time such as/],
  ["a file as webhook", { name: "n", webhookUrl: "file:///etc" }, /webhookUrl/],
  ["an unknown setting", { name: "n", limit: 1 }, /limit/],
  ["a name that is taken", { name: "TAKEN" }, /has this name/],
] as const)("%s is refused", async ([what, body, message]) => {
  if (what === "a name that is taken") await operator.create("taken");
  const answer = await operator.request("POST", "/clients", body);
  expect(answer.status).toBe(what === "a name that is taken" ? 409 : 400);
  expect(answer.body).toMatchObject({
    error: { message: expect.stringMatching(message) },
  });
});

test("only the operator's password opens clients, and no page of another site", async () => {
  const { key } = await operator.create("curious");
  const url = `${stack.url}/api/v1/clients`;
  const statusOf = async (headers: Record<string, string>, method = "GET") =>
    (await fetch(url, { method, headers })).status;
  expect(await statusOf({})).toBe(401);
  expect(await statusOf(withKey(key))).toBe(401);
  expect(await statusOf(basicHeaders("admin", "wrong"))).toBe(401);
  expect(await statusOf(operatorHeaders)).toBe(200);
  const foreign = { ...operatorHeaders, origin: "https://evil.example" };
  expect(await statusOf(foreign, "POST")).toBe(403);
});

test("clients of GATEWAY_API_KEYS are shown, and cannot be changed", async () => {
  const { url } = await stack.startGateway({
    GATEWAY_API_KEYS: "ops=key-of-the-environment",
  });
  const there = operatorOf(url);
  const { body } = await there.request("GET", "/clients");
  expect(body).toMatchObject({
    requiresKey: true,
    clients: expect.arrayContaining([
      expect.objectContaining({ id: "ops", source: "environment" }),
    ]),
  });
  for (const [method, path] of [
    ["PATCH", "/clients/ops"],
    ["DELETE", "/clients/ops"],
    ["POST", "/clients/ops/rotate"],
  ] as const) {
    const given = method === "PATCH" ? { weight: 2 } : undefined;
    expect((await there.request(method, path, given)).status).toBe(409);
  }
  expect(
    (await there.request("POST", "/clients", { name: "ops" })).status,
  ).toBe(409);
  expect((await there.request("DELETE", "/clients/client_no")).status).toBe(
    404,
  );
});

test("without a password the API for clients is closed", async () => {
  const { url } = await stack.startGateway({ ADMIN_PASSWORD: "" });
  const answer = await operatorOf(url).request("GET", "/clients");
  expect(answer.status).toBe(403);
});
