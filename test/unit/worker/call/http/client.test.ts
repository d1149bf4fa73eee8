import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import {
  createOpenRouterClient,
  type OpenRouterClient,
} from "../../../../../apps/worker/src/call/http/client.ts";
import { until } from "../../../../support/until.ts";

const mebibyte = 1024 * 1024;
let server: Server | undefined;
let client: OpenRouterClient | undefined;
const sockets = new Set<Socket>();
afterEach(async () => {
  await client?.close();
  server?.closeAllConnections();
  server?.close();
});

async function start(
  answer: RequestListener,
  options: { timeoutMs?: number; answerMemoryBytes?: number } = {},
) {
  server = createServer(answer);
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return connect(port, options);
}

function connect(port: number, options: object = {}) {
  const own = createOpenRouterClient({
    baseUrl: `http://127.0.0.1:${port}/api/v1`,
    connections: 4,
    timeoutMs: 10_000,
    answerMemoryBytes: 128 * mebibyte,
    proxy: {},
    ...options,
  });
  client = own;
  return (sendBefore = Number.POSITIVE_INFINITY, isStream = false) =>
    own.post({
      path: "/chat/completions",
      secret: "sk",
      headers: {},
      body: "{}",
      isStream,
      sendBefore,
      signal: new AbortController().signal,
    });
}

test("a call that found no connection was not sent", async () => {
  const gone = createServer().listen(0, "127.0.0.1");
  await once(gone, "listening");
  const { port } = gone.address() as AddressInfo;
  gone.close();
  expect(await connect(port)()).toMatchObject({
    kind: "no-answer",
    failure: { reason: "network", wasSent: false },
  });
});

test("a call whose time to be sent has passed is not written, and the connection stays of use", async () => {
  let requests = 0;
  const post = await start((_request, response) => {
    requests += 1;
    response.end("{}");
  });
  for (let round = 0; round < 2; round += 1) {
    expect(await post(performance.now() - 1)).toMatchObject({
      kind: "no-answer",
      failure: { reason: "too-late", wasSent: false },
    });
    expect(await post()).toMatchObject({ kind: "answer" });
  }
  expect(requests).toBe(2);
});

test("a call whose connection ends after it was written was sent, and is not repeated", async () => {
  let requests = 0;
  const post = await start((request) => {
    requests += 1;
    request.socket.destroy();
  });
  expect(await post()).toMatchObject({
    kind: "no-answer",
    failure: { reason: "network", wasSent: true },
  });
  expect(requests).toBe(1);
});

test("a connection that the server has closed meanwhile costs no call", async () => {
  const post = await start((_request, response) => {
    response.setHeader("connection", "keep-alive");
    response.end("{}");
  });
  for (let call = 0; call < 20; call += 1) {
    expect((await post()).kind).toBe("answer");
    for (const socket of sockets) socket.end();
    await until("the server has closed it", () => sockets.size === 0);
  }
});

test("a large answer waits until another one is no longer held", async () => {
  const body = Buffer.alloc(30 * mebibyte, " ");
  const post = await start((_request, response) => response.end(body), {
    answerMemoryBytes: 40 * mebibyte,
  });
  const first = await post();
  let isOver = false;
  const second = post().finally(() => {
    isOver = true;
  });
  await until("both are under way", () => sockets.size === 2);
  expect(isOver).toBe(false);
  if (first.kind === "answer") first.release?.();
  expect((await second).kind).toBe("answer");
});

test("a large answer that finds no room in time fails with the reason", async () => {
  const body = Buffer.alloc(30 * mebibyte, " ");
  const post = await start((_request, response) => response.end(body), {
    answerMemoryBytes: 40 * mebibyte,
    timeoutMs: 5_000,
  });
  const first = await post();
  expect(await post()).toMatchObject({
    kind: "no-answer",
    failure: { reason: "no-room", message: expect.stringContaining("no room") },
  });
  // Held until here.
  expect(first.kind).toBe("answer");
});

test("an answer in an unknown encoding, or not in the one that it claims, fails with the reason", async () => {
  let encoding = "lzw";
  const post = await start((_request, response) => {
    response.setHeader("content-encoding", encoding);
    response.end('{"choices":[]}');
  });
  expect(await post()).toMatchObject({
    failure: { message: expect.stringContaining("unknown encoding") },
  });
  encoding = "gzip";
  expect(await post()).toMatchObject({
    failure: { message: expect.stringContaining("not encoded as it says") },
  });
});

test.each([false, true])(
  "an answer that cannot be decoded does not hold its connection (stream: %s)",
  async (isStream) => {
    const post = await start((_request, response) => {
      response.writeHead(200, {
        "content-encoding": "gzip",
        "content-type": isStream ? "text/event-stream" : "application/json",
      });
      response.write("no gzip");
    });
    const answer = await post(Number.POSITIVE_INFINITY, isStream);
    if (answer.kind === "stream") {
      const { chunks } = answer.stream;
      const read = chunks[Symbol.asyncIterator]().next();
      await expect(read).rejects.toThrow();
    } else expect(answer.kind).toBe("no-answer");
    await until("its connection is closed", () => sockets.size === 0);
  },
);
