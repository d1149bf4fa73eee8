import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { exchange } from "../../support/network/exchange.ts";
import {
  type Gateway,
  type Stack,
  startStack,
} from "../../support/processes/stack.ts";

const chatPath = "/v1/chat/completions";
const page = "https://chat.example.com";
const key = "a-key-of-some-length";
const body = JSON.stringify({
  model: "test/model:free",
  messages: [{ role: "user", content: "Hello" }],
});

let stack: Stack;
let local: Gateway;
let withPages: Gateway;
let withKeys: Gateway;
let open: Gateway;
beforeAll(async () => {
  stack = await startStack({ redisUrl: inject("redisUrl"), perMinute: 1_000 });
  local = stack.gateways[0] as Gateway;
  withPages = await stack.startGateway({
    CORS_ORIGINS: `${page}, app://notes`,
    ALLOWED_HOSTS: "pool.example.com,*.corp.example",
  });
  withKeys = await stack.startGateway({
    GATEWAY_API_KEYS: key,
    CORS_ORIGINS: "*",
  });
  open = await stack.startGateway({
    HOST: "0.0.0.0",
    ALLOWED_HOSTS: "gateway",
  });
});
afterAll(() => stack?.stop());

type Headers = Record<string, string>;

function ask(
  { url }: Gateway,
  path: string,
  options: { method?: string; headers?: Headers; body?: string } = {},
) {
  const address = url.replace("0.0.0.0", "127.0.0.1") + path;
  const { method = "GET", headers = {} } = options;
  return exchange(address, { method, headers }, options.body);
}

function complete(gateway: Gateway, headers: Headers = {}) {
  const all = { "content-type": "application/json", ...headers };
  return ask(gateway, chatPath, { method: "POST", headers: all, body });
}

const reasonOf = (text: string) =>
  (JSON.parse(text) as { error: { metadata: { reason: string } } }).error
    .metadata.reason;

describe("a name that is not ours, which a web page can let point here", () => {
  test.for([
    "evil.test",
    "evil.test:3000",
    "localhost.evil.test",
    "127.0.0.1.evil.test",
    "10.0.0.1",
    "user@localhost",
  ])("%s is refused everywhere but at /health", async (host) => {
    const headers = { host };
    for (const path of [
      "/v1/models",
      "/v1/files",
      "/v1/batches",
      "/api/v1/keys/status",
      "/metrics",
      "/admin",
    ]) {
      const answer = await ask(local, path, { headers });
      expect(answer.status, path).toBe(421);
      expect(reasonOf(answer.text)).toBe("foreign-host");
    }
    expect((await complete(local, headers)).status).toBe(421);
    expect((await ask(local, "/health", { headers })).status).toBe(200);
  });

  test.for([
    "localhost",
    "LOCALHOST:3000",
    "localhost.",
    "127.0.0.1:80",
    "127.8.9.1",
    "[::1]:3000",
    "pool.localhost",
  ])("%s is this machine and is served", async (host) => {
    const answer = await ask(local, "/v1/models", { headers: { host } });
    expect(answer.status).toBe(200);
  });

  test("ALLOWED_HOSTS adds names; where the network may connect, it is what switches the check on", async () => {
    const status = async (gateway: Gateway, host: string) =>
      (await ask(gateway, "/v1/models", { headers: { host } })).status;
    expect(await status(withPages, "pool.example.com:8443")).toBe(200);
    expect(await status(withPages, "a.corp.example")).toBe(200);
    expect(await status(withPages, "corp.example")).toBe(421);
    expect(await status(open, "gateway:3000")).toBe(200);
    expect(await status(open, "10.1.2.3:3000")).toBe(200);
    expect(await status(open, "[fd00::1]:3000")).toBe(200);
    expect(await status(open, "localhost:3000")).toBe(200);
    expect(await status(open, "evil.test")).toBe(421);
  });

  test("with client keys every name is served to those who have one", async () => {
    const headers = { host: "evil.test", authorization: `Bearer ${key}` };
    expect((await ask(withKeys, "/v1/models", { headers })).status).toBe(200);
  });
});

describe("a page of another origin", () => {
  const foreign: Headers[] = [
    { origin: "https://evil.test" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "cross-site", origin: "https://evil.test" },
    { "sec-fetch-site": "same-site", origin: "http://localhost:5173" },
  ];

  test.for(foreign)("%o is refused, and nothing is called", async (headers) => {
    for (const gateway of [local, withPages, open]) {
      const marked = { ...headers, "x-request-id": "foreign-page" };
      const answer = await complete(gateway, marked);
      expect(answer.status).toBe(403);
      expect(reasonOf(answer.text)).toBe("foreign-origin");
    }
    const multipart = await ask(local, "/v1/files", {
      method: "POST",
      headers: {
        ...headers,
        "content-type": "multipart/form-data; boundary=b",
      },
      body: "--b--",
    });
    expect(multipart.status).toBe(403);
    const cancel = await ask(local, "/api/v1/batches/batch_1/cancel", {
      method: "POST",
      headers,
    });
    expect(cancel.status).toBe(403);
  });

  test("our own pages, and programs, are served", async () => {
    const { origin } = new URL(local.url);
    const own = { origin, "sec-fetch-site": "same-origin" };
    expect((await complete(local, own)).status).toBe(200);
    expect((await complete(local)).status).toBe(200);
  });
});

describe("a page that CORS_ORIGINS names", () => {
  const asked = {
    origin: page,
    "sec-fetch-site": "cross-site",
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type",
  };

  test.for([
    "/v1/chat/completions",
    "/api/v1/chat/completions",
    "/v1/messages",
    "/v1/models",
    "/v1/files/file-1/content",
    "/v1/batches",
    "/api/v1/keys/status",
  ])("may ask before it sends to %s", async (path) => {
    for (const gateway of [withPages, withKeys]) {
      const { status, headers } = await ask(gateway, path, {
        method: "OPTIONS",
        headers: asked,
      });
      expect(status).toBe(204);
      expect(headers["access-control-allow-origin"]).toBe(
        gateway === withKeys ? "*" : page,
      );
      expect(headers["access-control-allow-methods"]).toContain("DELETE");
      expect(headers["access-control-allow-headers"]).toBe(
        "authorization,content-type",
      );
    }
    const elsewhere = await ask(local, path, {
      method: "OPTIONS",
      headers: asked,
    });
    expect(elsewhere.status).toBe(403);
    expect(elsewhere.headers["access-control-allow-origin"]).toBeUndefined();
  });

  test("reads answers and errors, and the headers that say how it went", async () => {
    const sent = { origin: page, "sec-fetch-site": "cross-site" };
    const answer = await complete(withPages, sent);
    expect(answer.status).toBe(200);
    expect(answer.headers["access-control-allow-origin"]).toBe(page);
    expect(answer.headers.vary).toContain("Origin");
    const readable = answer.headers["access-control-expose-headers"];
    expect(String(readable).split(",").sort()).toEqual([
      "Idempotent-Replayed",
      "Retry-After",
      "X-Answer-Check",
      "X-Attempts",
      "X-Cache",
      "X-Model",
      "X-Queue-Time-Ms",
      "X-Request-Id",
      "X-Upstream-Time-Ms",
    ]);
    const app = await complete(withPages, { ...sent, origin: "app://notes" });
    expect(app.status).toBe(200);
    const refused = await complete(withKeys, sent);
    expect(refused.status).toBe(401);
    expect(refused.headers["access-control-allow-origin"]).toBe("*");
  });

  test("an OPTIONS that is no preflight tells the methods of a path", async () => {
    for (const gateway of [local, withPages]) {
      const { status, headers } = await ask(gateway, chatPath, {
        method: "OPTIONS",
      });
      expect(status).toBe(204);
      expect(headers.allow).toBe("POST");
    }
  });
});
