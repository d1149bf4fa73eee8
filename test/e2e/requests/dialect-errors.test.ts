import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  inject,
  test,
} from "vitest";
import {
  type DialectPath,
  dialectPaths,
  postDialect,
} from "../../support/clients/dialects.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const stacks: Stack[] = [];
afterEach(async () => {
  await Promise.all(stacks.splice(0).map((stack) => stack.stop()));
});

async function start(options: Partial<Parameters<typeof startStack>[0]>) {
  const stack = await startStack({ redisUrl: inject("redisUrl"), ...options });
  stacks.push(stack);
  return stack;
}

type Expected = { status: number; type: string; anthropicType: string };

/** The body has the form that clients of the dialect read. */
async function expectError(
  path: DialectPath,
  response: Response,
  { status, type, anthropicType }: Expected,
) {
  expect([path, response.status]).toEqual([path, status]);
  expect(response.headers.get("content-type")).toMatch(/^application\/json/);
  const message = expect.stringMatching(/./);
  expect(await response.json()).toEqual(
    path === "/messages"
      ? { type: "error", error: { type: anthropicType, message } }
      : {
          error: {
            code: status,
            type,
            message,
            metadata: expect.objectContaining({ reason: expect.any(String) }),
          },
        },
  );
}

const invalid = {
  type: "invalid_request_error",
  anthropicType: "invalid_request_error",
};
const json = { "content-type": "application/json" };

const refusals: (Expected & {
  title: string;
  path?: string;
  request: RequestInit;
})[] = [
  {
    title: "a body that is not JSON",
    request: { method: "POST", headers: json, body: "{" },
    status: 400,
    ...invalid,
  },
  {
    title: "a body without what the dialect needs",
    request: { method: "POST", headers: json, body: '{"model":"m/m:free"}' },
    status: 400,
    ...invalid,
  },
  {
    title: "a path below the dialect's",
    path: "/nothing",
    request: {},
    status: 404,
    type: "not_found_error",
    anthropicType: "not_found_error",
  },
  { title: "GET", request: {}, status: 405, ...invalid },
  {
    title: "a large body",
    request: { method: "POST", headers: json, body: "x".repeat(3_000) },
    status: 413,
    type: "invalid_request_error",
    anthropicType: "request_too_large",
  },
  {
    title: "another content type",
    request: { method: "POST", body: "x" },
    status: 415,
    ...invalid,
  },
];

describe("what the gateway says by itself", () => {
  let stack: Stack;
  beforeAll(async () => {
    const env = { BODY_LIMIT: "2kb" };
    stack = await startStack({ redisUrl: inject("redisUrl"), workers: 0, env });
  });
  afterAll(() => stack?.stop());

  test("every refusal has the form of its dialect", async () => {
    for (const dialect of dialectPaths) {
      for (const { path = "", request, ...expected } of refusals) {
        const url = `${stack.url}/api/v1${dialect}${path}`;
        await expectError(dialect, await fetch(url, request), expected);
      }
    }
    expect((await stack.simulator.summary()).total).toBe(0);
  });

  test("a wrong key is a 401 in the form of its dialect", async () => {
    const { url } = await stack.startGateway({ GATEWAY_API_KEYS: "secret" });
    for (const dialect of dialectPaths) {
      await expectError(dialect, await postDialect(url, dialect), {
        status: 401,
        type: "authentication_error",
        anthropicType: "authentication_error",
      });
    }
  });

  test("routes that tell of an account are a 404", async () => {
    for (const path of ["/key", "/credits", "/generation?id=gen-1"]) {
      for (const prefix of ["/v1", "/api/v1"]) {
        const response = await fetch(stack.url + prefix + path);
        expect(response.status).toBe(404);
        expect(await response.text()).toContain("Not offered here");
      }
    }
    expect((await stack.simulator.summary()).total).toBe(0);
  });
});

test("spent daily budgets are a 429 with Retry-After in the form of its dialect", async () => {
  const stack = await start({ accounts: 1, perDay: 1 });
  await postDialect(stack.url, "/embeddings");
  const headers = { "x-max-wait-ms": "300" };
  for (const dialect of dialectPaths) {
    // What the gateway knows of the pool is a moment old.
    const response = await until("the request is refused", async () => {
      const tried = await postDialect(stack.url, dialect, { headers });
      return tried.status === 429 && tried;
    });
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    await expectError(dialect, response, {
      status: 429,
      type: "rate_limit_error",
      anthropicType: "rate_limit_error",
    });
  }
});

describe("what the worker has to say", () => {
  test("no usable key is a 503 with Retry-After in the form of its dialect", async () => {
    const stack = await start({
      accounts: 1,
      simulator: { fault: { kind: "401" } },
    });
    for (const dialect of dialectPaths) {
      const response = await postDialect(stack.url, dialect);
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
      await expectError(dialect, response, {
        status: 503,
        type: "service_unavailable",
        anthropicType: "overloaded_error",
      });
    }
  });

  test("a wait that was too long is a 504 in the form of its dialect", async () => {
    const stack = await start({
      simulator: {
        fault: { kind: "429-provider-pool", retryAfterSeconds: 60 },
      },
    });
    await Promise.all(
      dialectPaths.map(async (dialect) => {
        const response = await postDialect(stack.url, dialect, {
          headers: { "x-max-wait-ms": "500" },
        });
        await expectError(dialect, response, {
          status: 504,
          type: "timeout_error",
          anthropicType: "timeout_error",
        });
      }),
    );
  });

  test("a failure of OpenRouter comes in a form that Anthropic's clients read, nothing taken away", async () => {
    const failures = [
      ["m/a:free", "drop-before-headers", 502, "api_error"],
      ["m/b:free", "502-html", 502, "api_error"],
      ["m/c:free", "503", 503, "overloaded_error"],
      ["m/d:free", "400", 400, "invalid_request_error"],
    ] as const;
    const stack = await start({
      simulator: {
        models: Object.fromEntries(
          failures.map(([model, kind]) => [model, { fault: { kind } }]),
        ),
      },
      env: { MAX_ATTEMPTS: "1" },
    });
    for (const [model, kind, status, type] of failures) {
      const ask = (dialect: DialectPath) =>
        postDialect(stack.url, dialect, { model });
      const openAi = await ask("/chat/completions");
      const anthropic = await ask("/messages");
      const body = (await openAi.json()) as { error: object };
      expect([kind, openAi.status]).toEqual([kind, status]);
      expect([kind, anthropic.status]).toEqual([kind, status]);
      expect(await anthropic.json()).toMatchObject({
        type: "error",
        error: { ...body.error, type },
      });
    }
  });
});
