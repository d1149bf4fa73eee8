import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { send } from "../../support/clients/send.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ redisUrl: inject("redisUrl"), accounts: 1 });
});
afterAll(() => stack?.stop());

const json = { "content-type": "application/json" };
const messages = [{ role: "user", content: "Hello" }];
const model = "test/model:free";
const completions = "/v1/chat/completions";

type BadRequest = {
  title: string;
  path?: string;
  request: RequestInit;
  status: number;
  type: string;
  message: RegExp;
  headers?: Record<string, string>;
};

function post(body: string | Buffer, headers = {}): RequestInit {
  return {
    method: "POST",
    body: typeof body === "string" ? body : new Uint8Array(body),
    headers: { ...json, ...headers },
  };
}

const invalid = { status: 400, type: "invalid_request_error" };
const badRequests: BadRequest[] = [
  {
    title: "a body that is not JSON",
    request: post('{"model":'),
    ...invalid,
    message: /^The body is not valid JSON$/,
  },
  {
    title: "an empty body",
    request: post(""),
    ...invalid,
    message: /^The body is empty$/,
  },
  {
    title: "no body at all",
    request: { method: "POST", headers: json },
    ...invalid,
    message: /^The body is empty$/,
  },
  {
    title: "a body that is not UTF-8",
    request: post(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])),
    ...invalid,
    message: /^The body is not valid UTF-8$/,
  },
  {
    title: "a body that is no object",
    request: post("[1, 2]"),
    ...invalid,
    message: /^`body`: /,
  },
  {
    title: "no model",
    request: post(JSON.stringify({ messages })),
    ...invalid,
    message: /^`model`: is required \(or `models`\)$/,
  },
  {
    title: "an empty list of models, and no model",
    request: post(JSON.stringify({ models: [], messages })),
    ...invalid,
    message: /^`model`: is required \(or `models`\)$/,
  },
  {
    title: "a model's name of 257 characters",
    request: post(JSON.stringify({ model: "m".repeat(257), messages })),
    ...invalid,
    message: /^`model`: has more than 256 characters$/,
  },
  {
    title: "a model's name of 8 MB",
    request: post(JSON.stringify({ model: "m".repeat(8e6), messages })),
    ...invalid,
    message: /^`model`: is longer than 32768 bytes$/,
  },
  {
    title: "17 models",
    request: post(JSON.stringify({ models: Array(17).fill(model), messages })),
    ...invalid,
    message: /^`models`: has more than 16 models$/,
  },
  {
    title: "5,000 models that are all wrong",
    request: post(JSON.stringify({ models: Array(5_000).fill(1), messages })),
    ...invalid,
    message: /^`models`: has more than 16 models$/,
  },
  {
    title: "a forwarded header of 2,049 characters",
    request: post(JSON.stringify({ model, messages }), {
      "x-title": "t".repeat(2_049),
    }),
    ...invalid,
    message: /^x-title: is longer than 2048 characters$/,
  },
  {
    title: "a body nested 257 deep",
    request: post(
      `{"model":"m","messages":${"[".repeat(256)}${"]".repeat(256)}}`,
    ),
    ...invalid,
    message: /^The body is nested too deeply: more than 256 levels$/,
  },
  {
    title: "no messages",
    request: post(JSON.stringify({ model })),
    ...invalid,
    message: /^`messages`: /,
  },
  {
    title: "an empty list of messages",
    request: post(JSON.stringify({ model, messages: [] })),
    ...invalid,
    message: /^`messages`: /,
  },
  {
    title: "an X-Max-Wait-Ms that is no number",
    request: post(JSON.stringify({ model, messages }), {
      "x-max-wait-ms": "soon",
    }),
    ...invalid,
    message: /^X-Max-Wait-Ms: got "soon", wants whole milliseconds$/,
  },
  {
    title: "an X-Priority that there is not",
    request: post(JSON.stringify({ model, messages }), {
      "x-priority": "urgent",
    }),
    ...invalid,
    message: /^X-Priority: got "urgent", wants high, normal, low$/,
  },
  {
    title: "an X-Keep-Alive that there is not",
    request: post(JSON.stringify({ model, messages }), {
      "x-keep-alive": "tabs",
    }),
    ...invalid,
    message: /^X-Keep-Alive: got "tabs", wants whitespace, none$/,
  },
  {
    title: "a body of 11 MB",
    request: post(
      JSON.stringify({
        model,
        messages: [{ role: "user", content: "x".repeat(11 * 1024 * 1024) }],
      }),
    ),
    status: 413,
    type: "invalid_request_error",
    message: /^The body is too large$/,
  },
  {
    title: "another content type",
    request: {
      method: "POST",
      body: "model=test",
      headers: form("text/plain"),
    },
    status: 415,
    type: "invalid_request_error",
    message: /^Content-Type must be application\/json, not "text\/plain"$/,
  },
  {
    title: "a content encoding that nobody knows",
    request: post("{}", { "content-encoding": "rot13" }),
    status: 415,
    type: "invalid_request_error",
    message: /^The body's Content-Encoding is not supported$/,
  },
  {
    title: "an unknown path",
    path: "/v1/nowhere",
    request: {},
    status: 404,
    type: "not_found_error",
    message: /^There is nothing at \/v1\/nowhere$/,
  },
  ...[
    "/chat/completions",
    "/v1/v1/chat/completions",
    "/api/chat/completions",
  ].map((path) => ({
    title: `a wrong base URL (${path})`,
    path,
    request: post(JSON.stringify({ model, messages })),
    status: 404,
    type: "not_found_error",
    message: /; did you mean \/v1\/chat\/completions$/,
  })),
  {
    title: "an unknown path of 5,000 characters",
    path: `/v1/${"x".repeat(5_000)}`,
    request: {},
    status: 404,
    type: "not_found_error",
    message: /^There is nothing at .{200}$/,
  },
  {
    title: "an unknown path that cannot be decoded",
    path: "/v1/%E0%A4%A",
    request: {},
    status: 404,
    type: "not_found_error",
    message: /^There is nothing at /,
  },
  {
    title: "a wrong method for completions",
    request: { method: "GET" },
    status: 405,
    type: "invalid_request_error",
    message: /^GET is not allowed here$/,
    headers: { allow: "POST" },
  },
  {
    title: "a wrong method for the key status",
    path: "/api/v1/keys/status",
    request: { method: "DELETE" },
    status: 405,
    type: "invalid_request_error",
    message: /^DELETE is not allowed here$/,
    headers: { allow: "GET" },
  },
];

function form(type: string): Record<string, string> {
  return { "content-type": type };
}

test.for(badRequests)(
  "$title is answered with $status",
  async ({ path, request, status, type, message, headers }) => {
    const answer = await send(stack.url + (path ?? completions), request);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    expect(answer.headers.get("x-request-id")).toMatch(/^req_/);
    expect(answer.body).toEqual({
      error: {
        code: status,
        message: expect.stringMatching(message),
        type,
        metadata: { reason: expect.any(String) },
      },
    });
    expect(answer.text).not.toMatch(/\bat \S+ \(|node_modules/);
    for (const [name, value] of Object.entries(headers ?? {})) {
      expect(answer.headers.get(name)).toBe(value);
    }
    expect(answer.tookMs).toBeLessThan(30_000);
  },
);

test("a body that breaks off harms nobody", async () => {
  const { port } = new URL(stack.url);
  await new Promise<void>((resolve) => {
    const broken = httpRequest(
      { port, method: "POST", path: completions, headers: json },
      () => resolve(),
    );
    broken.on("error", () => resolve());
    broken.setHeader("content-length", "1000");
    broken.write('{"model":', () => broken.destroy());
    broken.on("close", () => resolve());
  });
  expect((await chat(stack.url)).status).toBe(200);
});

test.for([
  {
    title: "what is not HTTP",
    sent: "HELLO\r\n\r\n",
    status: 400,
    message: "The request is not valid HTTP",
    reason: "broken-http",
  },
  {
    title: "endless headers",
    sent: `GET /health HTTP/1.1\r\nHost: x\r\nX-Long: ${"x".repeat(99_000)}\r\n\r\n`,
    status: 431,
    message: "The headers are too large",
    reason: "broken-http",
  },
  {
    title: "CONNECT",
    sent: "CONNECT /v1/models HTTP/1.1\r\nHost: x\r\n\r\n",
    status: 405,
    message: "CONNECT is not allowed here",
    reason: "method-not-allowed",
  },
])(
  "$title is answered with $status",
  async ({ sent, status, message, reason }) => {
    const { port, hostname } = new URL(stack.url);
    const socket = connect(Number(port), hostname);
    socket.write(sent);
    const [head = "", body = ""] = (await text(socket)).split("\r\n\r\n");
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(body)).toEqual({
      error: {
        code: status,
        message,
        type: "invalid_request_error",
        metadata: { reason },
      },
    });
  },
);

test("a HEAD with endless headers is answered without a body", async () => {
  const { port, hostname } = new URL(stack.url);
  const socket = connect(Number(port), hostname);
  socket.write(`HEAD /${"x".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
  const [head = "", body] = (await text(socket)).split("\r\n\r\n");
  expect(head).toMatch(/^HTTP\/1.1 431 /);
  expect(body).toBe("");
});

test("an expectation that nobody knows is passed over", async () => {
  const { port, hostname } = new URL(stack.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    "GET /health HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nConnection: close\r\n\r\n",
  );
  expect(await text(socket)).toMatch(/^HTTP\/1.1 200 /);
});

test("nothing of all this reached OpenRouter", async () => {
  const before = (await stack.simulator.summary()).byPath["/chat/completions"];
  expect(before).toBe(1);
  const [call] = await stack.simulator.calls();
  expect(call?.kind).toBe("ok");
});

test.for([
  {
    title: "a byte order mark",
    body: `\uFEFF${JSON.stringify({ model, messages })}`,
  },
  { title: "models: null", body: { model, models: null, messages } },
  { title: "models: []", body: { model, models: [], messages } },
  { title: "model: null", body: { model: null, models: [model], messages } },
  {
    title: "the content type twice",
    body: { model, messages },
    headers: { "content-type": "application/json, application/json" },
  },
  { title: "two slashes", body: { model, messages }, path: `/${completions}` },
  {
    title: "two slashes further on",
    body: { model, messages },
    path: "/v1//chat/completions?x=//",
  },
])("$title is taken", async ({ body, headers, path = completions }) => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await send(stack.url + path, post(text, headers));
  expect(answer.status).toBe(200);
});

test("models may stand in the place of model, under either prefix", async () => {
  const body = JSON.stringify({ models: [model], messages });
  for (const prefix of ["/v1", "/api/v1"]) {
    const url = `${stack.url}${prefix}/chat/completions`;
    expect((await send(url, post(body))).status).toBe(200);
  }
});
