import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Fault } from "../../simulator/start-simulator.ts";
import { chat } from "../../support/clients/chat.ts";
import { send } from "../../support/clients/send.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 2,
    perMinute: 1_000,
  });
});
afterAll(() => stack?.stop());

const sha256 = (text: string | Buffer) =>
  createHash("sha256").update(text).digest("hex");

const faults: { fault: Fault; status: number }[] = [
  { fault: { kind: "400" }, status: 400 },
  { fault: { kind: "403-moderation" }, status: 403 },
  { fault: { kind: "404-tool-use" }, status: 404 },
  { fault: { kind: "413" }, status: 413 },
  { fault: { kind: "422" }, status: 422 },
  {
    fault: {
      kind: "custom",
      status: 418,
      headers: { "Content-Type": "application/json" },
      body: '{ "error" : {"message":"Ünusual — but \\u0041 valid","code":418} }\n',
    },
    status: 418,
  },
];

test.for(faults)(
  "a $status ($fault.kind) is returned as it came",
  async ({ fault, status }) => {
    const { url, simulator } = stack;
    const marker = `${fault.kind}`;
    await simulator.script([{ match: { marker }, fault }]);
    const answer = await chat(url, { marker });
    const [call, ...more] = await simulator.calls({ marker });

    expect(answer.status).toBe(status);
    expect(answer.headers.get("x-attempts")).toBe("1");
    expect(sha256(answer.text)).toBe(call?.responseSha256);
    expect(more).toEqual([]);
  },
);

test("bodies pass both ways byte for byte, and say how the request fared", async () => {
  const { url, simulator } = stack;
  // Everything that parsing and writing anew would change.
  const body = Buffer.from(
    '{ "model":"test/model:free","user":"bytes", "unknown": 1.0e2,\r\n"messages":[{"role":"user","content":"Grüße \\u00e4 🎉"}],"model" : "test/model:free" }\n',
  );
  const answer = await send(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8" },
    body,
  });
  const [call] = await simulator.calls({ marker: "bytes" });
  expect(answer.status).toBe(200);
  expect(call?.bodySha256).toBe(sha256(body));
  expect(call?.responseSha256).toBe(sha256(answer.text));
  expect(answer.headers.get("x-generation-id")).toBe(call?.generationId);
  for (const name of ["x-queue-time-ms", "x-upstream-time-ms"]) {
    expect(answer.headers.get(name)).toMatch(/^\d+$/);
  }
});

test("the request's id is the client's own where it is fit", async () => {
  const own = { "x-request-id": "order:66-b" };
  const unfit = { "x-request-id": "not fit" };
  const answers = [
    await chat(stack.url, { headers: own }),
    await chat(stack.url, { headers: unfit }),
  ];
  const ids = answers.map(({ headers }) => headers.get("x-request-id"));
  expect(ids).toEqual(["order:66-b", expect.stringMatching(/^req_[\w-]+$/)]);
});

test("the client is named to OpenRouter as it names itself, else as the pool", async () => {
  const { url, simulator } = stack;
  await chat(url, { marker: "anonymous" });
  const named = { "http-referer": "https://shop.example", "x-title": "Shop" };
  await chat(url, { marker: "named", headers: named });
  const [anonymous] = await simulator.calls({ marker: "anonymous" });
  const [own] = await simulator.calls({ marker: "named" });
  expect(anonymous?.userHeader).toEqual({
    "http-referer": "http://localhost:3000",
    "x-openrouter-title": "OpenRouter Free Pool",
  });
  expect(own?.userHeader).toMatchObject(named);
});

test("an answer of 8 MB arrives whole", async () => {
  const { url, simulator } = stack;
  await simulator.script([
    {
      match: { marker: "large" },
      fault: { kind: "large-body", bytes: 8 * 1024 * 1024 },
    },
  ]);
  const answer = await chat(url, { marker: "large" });
  const [call] = await simulator.calls({ marker: "large" });
  expect(answer.status).toBe(200);
  expect(sha256(answer.text)).toBe(call?.responseSha256);
});

test("a body padded with white space is returned as it came", async () => {
  const { url, simulator } = stack;
  await simulator.settings({ paddingWhitespace: true, latencyMs: 50 });
  const answer = await chat(url, { marker: "padded" });
  await simulator.settings({ paddingWhitespace: null, latencyMs: null });
  const [call] = await simulator.calls({ marker: "padded" });
  expect(answer.status).toBe(200);
  expect(answer.text.startsWith("\n ")).toBe(true);
  expect(sha256(answer.text)).toBe(call?.responseSha256);
});
