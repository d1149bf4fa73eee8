import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { send } from "../../support/clients/send.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 1,
    simulator: {
      script: [
        { match: { path: "/models" }, times: 1_000, fault: { kind: "503" } },
      ],
    },
  });
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
  await stack.simulator.settings({ script: [] });
  expect((await readModels("/v1/models")).data.length).toBeGreaterThan(5);
});

test("the list is OpenRouter's own and the pool's names, read once for many", async () => {
  const own = (
    await send(`${stack.simulator.url}/models?output_modalities=all`)
  ).body as List;
  const before = await countReads();
  const lists = await Promise.all(
    ["/v1/models?free=false", "/api/v1/models?free=0"].map(readModels),
  );
  for (const { data } of lists) {
    expect(data[0]).toMatchObject({ id: "pool/auto" });
    expect(data.slice(1)).toEqual(own.data);
  }
  expect(await countReads()).toBe(before);
});

test("a second gateway takes the list from the first one", async () => {
  const before = await countReads();
  const { url } = await stack.startGateway();
  const { body } = await send(`${url}/v1/models`);
  expect(body).toEqual(await readModels("/v1/models"));
  expect(await countReads()).toBe(before);
});

test("only the free ones are served", async () => {
  const all = await readModels("/v1/models?free=false");
  expect(await readModels("/v1/models")).toEqual(
    await readModels("/v1/models?free=true"),
  );
  const { data } = await readModels("/v1/models?free=true");
  const ids = data.map(({ id }) => id);
  expect(ids).toContain("openrouter/free");
  expect(ids).toContain("qwen/qwen3-coder:free");
  expect(ids).not.toContain("openai/gpt-4o-mini");
  expect(ids).toEqual(
    all.data
      .map(({ id }) => id)
      .filter(
        (id) =>
          id.endsWith(":free") ||
          id === "openrouter/free" ||
          id === "pool/auto",
      ),
  );
});

test("the list is served while OpenRouter is away", async () => {
  await stack.simulator.stop();
  expect((await readModels("/v1/models")).data.length).toBeGreaterThan(5);
});
