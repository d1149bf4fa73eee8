import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { send } from "../support/send.ts";
import { type Stack, startStack } from "../support/stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ redisUrl: inject("redisUrl"), accounts: 1 });
});
afterAll(() => stack?.stop());

type List = { data: { id: string }[] };

async function readModels(path: string): Promise<List> {
  const { status, body } = await send(stack.url + path);
  expect(status).toBe(200);
  return body as List;
}

async function countReads(): Promise<number> {
  return (await stack.simulator.calls({ path: "/models" })).length;
}

test("a list that cannot be read yet is a 502, and read when it can be", async () => {
  await stack.simulator.script([
    { match: { path: "/models" }, fault: { kind: "503" } },
  ]);
  const { status, body } = await send(`${stack.url}/v1/models`);
  expect(status).toBe(502);
  expect(body).toEqual({
    error: {
      code: 502,
      message: "OpenRouter's list of models could not be read",
      type: "upstream_error",
      metadata: { reason: "upstream-unreachable" },
    },
  });
  expect((await readModels("/v1/models")).data.length).toBeGreaterThan(5);
});

test("the list is OpenRouter's own, read once for many", async () => {
  const { body: own } = await send(`${stack.simulator.url}/models`);
  const before = await countReads();
  const lists = await Promise.all(
    ["/v1/models", "/api/v1/models", "/v1/models?free=false"].map(readModels),
  );
  for (const list of lists) expect(list).toEqual(own);
  expect(await countReads()).toBe(before);
});

test("?free=true keeps the free ones", async () => {
  const all = await readModels("/v1/models");
  const { data } = await readModels("/v1/models?free=true");
  const ids = data.map(({ id }) => id);
  expect(ids).toContain("openrouter/free");
  expect(ids).toContain("qwen/qwen3-coder:free");
  expect(ids).not.toContain("openai/gpt-4o-mini");
  expect(ids).toEqual(
    all.data
      .map(({ id }) => id)
      .filter((id) => id.endsWith(":free") || id === "openrouter/free"),
  );
});

test("the list is served while OpenRouter is away", async () => {
  await stack.simulator.stop();
  expect((await readModels("/v1/models")).data.length).toBeGreaterThan(5);
});
