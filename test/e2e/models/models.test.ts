import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Stack, startStack } from "../../support/processes/stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ redisUrl: inject("redisUrl") });
});
afterAll(() => stack?.stop());

type Model = { id: string };

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(stack.url + path);
  return { status: response.status, body: await response.json() };
}

async function list(query = ""): Promise<Model[]> {
  const { body } = await get(`/v1/models${query}`);
  return (body as { data: Model[] }).data;
}

test("the list is the same under either prefix", async () => {
  const expected = await get("/v1/models");
  expect(expected.status).toBe(200);
  expect(await get("/api/v1/models")).toEqual(expected);
});

test.for(["?free", "?free=true", "?free=1"])(
  "%s leaves the free models",
  async (query) => {
    const all = await list("?free=false");
    const free = await list(query);
    expect(free.length).toBeGreaterThan(0);
    expect(free.length).toBeLessThan(all.length);
    expect(free.map(({ id }) => id)).toContain("openrouter/free");
    expect(free.map(({ id }) => id)).not.toContain("openai/gpt-4o-mini");
  },
);

test("without a query the list has what the pool serves", async () => {
  expect(await list()).toEqual(await list("?free=true"));
});

test.for([
  "google/gemma-4-31b-it:free",
  "google%2Fgemma-4-31b-it%3Afree",
  "google/gemma-4-31b-it%3Afree?free=true",
])("one model is found as %s", async (path) => {
  const expected = (await list()).find(
    ({ id }) => id === "google/gemma-4-31b-it:free",
  );
  expect(await get(`/v1/models/${path}`)).toEqual({
    status: 200,
    body: expected,
  });
});

test.for([
  "nobody/nothing",
  "nothing",
  "openai%2Fgpt-4o-mini",
  "google/gemma-4-31b-it:free/endpoints",
])("there is nothing at %s", async (path) => {
  const { status, body } = await get(`/v1/models/${path}`);
  expect(status).toBe(404);
  expect(body).toMatchObject({
    error: {
      code: 404,
      type: "not_found_error",
      message: expect.stringMatching(/^There is no/),
    },
  });
});

test("OpenRouter's own paths for one model and for their number", async () => {
  const model = (await list())[0];
  expect(await get(`/api/v1/model/${model?.id}`)).toEqual({
    status: 200,
    body: { data: model },
  });
  const free = (await list("?free=true")).length;
  expect(await get("/api/v1/models/count?free=true")).toEqual({
    status: 200,
    body: { data: { count: free } },
  });
});

test("the list can be had page by page", async () => {
  const all = await list();
  const paged: Model[] = [];
  let query: string | null = "?limit=3";
  let pages = 0;
  for (; query; pages += 1) {
    const { body } = await get(`/v1/models${query}`);
    const page = body as {
      data: Model[];
      total_count: number;
      links: { next: string | null };
    };
    expect(page.total_count).toBe(all.length);
    paged.push(...page.data);
    query = page.links.next;
  }
  expect(paged).toEqual(all);
  expect(pages).toBe(Math.ceil(all.length / 3));
  expect(await list(`?offset=${all.length}`)).toEqual([]);
  expect((await get("/v1/models?limit=some")).status).toBe(400);
});

test("one model takes GET only", async () => {
  const response = await fetch(`${stack.url}/v1/models/a/b`, {
    method: "DELETE",
  });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe("GET");
});

test("a list that OpenRouter sends in pages is put together", async () => {
  await stack.simulator.settings({ modelsPerPage: 2 });
  const { url } = await stack.startGateway();
  const response = await fetch(`${url}/v1/models`);
  await stack.simulator.settings({ modelsPerPage: null });
  const { data, links } = (await response.json()) as {
    data: Model[];
    links: { next: string | null };
  };
  expect(data).toEqual(await list());
  expect(links.next).toBeNull();
});
