import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { operatorPassword, withKey } from "../../support/clients/operator.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { jsonLines, orpool } from "../../support/terminal/orpool.ts";
import { until } from "../../support/until.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    env: {
      ADMIN_PASSWORD: operatorPassword,
      WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
    },
  });
});
afterAll(() => stack?.stop());

type Client = { id: string; name: string; key: string; webhookSecret: string };
type Usage = { model: string; calls: number; answers: number };

async function run(args: string[], env: Record<string, string> = {}) {
  const { url } = stack;
  const ended = await orpool(args, { url, cwd: tmpdir(), env });
  const isJson = ended.stdout.startsWith("{");
  return { ...ended, lines: isJson ? jsonLines<Client>(ended.stdout) : [] };
}
const asOperator = (...args: string[]) =>
  run(args, { ORPOOL_ADMIN_PASSWORD: operatorPassword });

test("an operator manages clients, and a client sees its use", async () => {
  expect(await run(["clients", "list"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("ORPOOL_ADMIN_PASSWORD"),
  });
  const made = await asOperator(
    "clients",
    "create",
    "alice",
    "--per-day",
    "50",
    "--models",
    "test/*,m/*",
  );
  const [alice] = made.lines;
  expect(alice).toMatchObject({
    name: "alice",
    perDay: 50,
    models: ["test/*", "m/*"],
    webhookSecret: expect.stringMatching(/^whsec_/),
  });
  const key = alice?.key ?? "";
  expect((await chat(stack.url, { headers: withKey(key) })).status).toBe(200);
  // The worker counts the call, the gateway the answer.
  const usage = await until("both are counted", async () => {
    const { stdout } = await run(["usage", "--by", "model"], {
      ORPOOL_API_KEY: key,
    });
    const [line] = stdout.startsWith("{") ? jsonLines<Usage>(stdout) : [];
    return line?.calls && line.answers ? line : undefined;
  });
  expect(usage).toMatchObject({
    model: "test/model:free",
    calls: 1,
    answers: 1,
  });
  const { stdout } = await asOperator("usage", "--csv", "--by", "client");
  expect(stdout).toMatch(/^client,clientName,calls,.*\n.*,alice,1,/);

  const changed = await asOperator(
    "clients",
    "update",
    "alice",
    "--name",
    "bob",
    "--per-day",
    "none",
    "--disable",
  );
  expect(changed.lines).toMatchObject([
    { name: "bob", perDay: null, disabled: true },
  ]);
  const wrong = await asOperator(
    "clients",
    "update",
    "bob",
    "--weight",
    "many",
  );
  expect(wrong).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("weight"),
  });
  const rotated = await asOperator("clients", "rotate", "bob");
  expect(rotated.lines[0]?.key).not.toBe(key);
  // Another key does not change what its receiver knows.
  expect(rotated.lines[0]?.webhookSecret).toBe(alice?.webhookSecret);
  expect((await asOperator("clients", "delete", "bob")).code).toBe(0);
  expect((await asOperator("clients", "list")).lines).toEqual([]);
  expect(await asOperator("clients", "delete", "bob")).toMatchObject({
    code: 2,
  });
});

test("an operator looks at events and sends them again", async () => {
  expect(await run(["webhooks", "list"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("ORPOOL_ADMIN_PASSWORD"),
  });
  const listed = await asOperator("webhooks", "list", "--status", "failed");
  expect(listed).toMatchObject({ code: 0, stdout: "" });
  const event = `evt_${"0".repeat(48)}`;
  expect(await asOperator("webhooks", "send", event)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("no event"),
  });
});
