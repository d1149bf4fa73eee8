import { once } from "node:events";
import {
  createServer,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { Agent } from "undici";
import { afterEach, expect, test } from "vitest";
import { request } from "../../../../../apps/worker/src/call/http/request.ts";
import { Sending } from "../../../../../apps/worker/src/call/http/sending.ts";
import { until } from "../../../../support/until.ts";

let server: Server | undefined;
let agent: Agent | undefined;
afterEach(async () => {
  await agent?.destroy();
  server?.closeAllConnections();
  server?.close();
});

async function start(answer: RequestListener) {
  server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const dispatcher = new Agent({ connections: 1 });
  agent = dispatcher;
  return (signal = new AbortController().signal) => {
    const sending = new Sending(Number.POSITIVE_INFINITY);
    const options = {
      origin: `http://127.0.0.1:${port}`,
      path: "/",
      method: "POST" as const,
      body: "{}",
    };
    return {
      sending,
      response: request(dispatcher, options, { signal, sending }),
    };
  };
}

async function readAll(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test("an answer with its headers joined, after an informational one", async () => {
  const send = await start((_request, response) => {
    response.writeEarlyHints({ link: "</a>; rel=preload" });
    response.writeHead(201, { "X-Id": "7", Via: ["a", "b"] });
    response.end("Hello");
  });
  const { status, headers, body } = await send().response;
  expect([status, headers["x-id"], headers.via]).toEqual([201, "7", "a, b"]);
  expect(await readAll(body)).toBe("Hello");
});

test("what came before a broken connection is read, then the error, once", async () => {
  let isBroken = false;
  const send = await start((_request, response) => {
    response.write("Hel");
    setTimeout(() => response.destroy(), 50);
    response.on("close", () => {
      isBroken = true;
    });
  });
  const { body } = await send().response;
  await until("it has broken off", () => isBroken);
  expect((await body.next()).value?.toString()).toBe("Hel");
  await expect(body.next()).rejects.toThrow(/other side closed|terminated/);
  expect(await body.next()).toEqual({ value: undefined, done: true });
});

test("an answer that nobody reads is not taken from the network", async () => {
  let written = 0;
  const piece = Buffer.alloc(1024 * 1024, "x");
  let toWrite = 256;
  const write = (response: ServerResponse) => {
    while (toWrite > 0) {
      toWrite -= 1;
      written += 1;
      if (!response.write(piece)) {
        response.once("drain", () => write(response));
        return;
      }
    }
    response.end();
  };
  const send = await start((_request, response) => write(response));
  const { body } = await send().response;
  let before = -1;
  await until("nothing more is taken", async () => {
    const isStill = written === before;
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return isStill && written === before;
  });
  expect(written).toBeLessThan(64);
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  expect(bytes).toBe(256 * piece.length);
});

test("a body that is given up ends its connection, and the next request gets another", async () => {
  let closed = 0;
  const send = await start((_request, response) => {
    response.on("close", () => {
      closed += 1;
    });
    response.write("Hel");
  });
  for (let round = 1; round <= 2; round += 1) {
    const { body } = await send().response;
    for await (const _chunk of body) break;
    await until("its connection is closed", () => closed === round);
  }
});

test("an abort ends an answer that is being read", async () => {
  const send = await start((_request, response) => response.write("Hel"));
  const calledOff = new AbortController();
  const { body } = await send(calledOff.signal).response;
  await body.next();
  const next = body.next();
  calledOff.abort(new Error("called off"));
  await expect(next).rejects.toThrow("called off");
});

test("an abort ends a request at once that waits for a connection, and it is never sent", async () => {
  let requests = 0;
  const answers: ServerResponse[] = [];
  const send = await start((_request, response) => {
    requests += 1;
    answers.push(response);
  });
  const first = send();
  await until("the only connection is taken", () => answers.length === 1);
  const calledOff = new AbortController();
  const second = send(calledOff.signal);
  calledOff.abort(new Error("called off"));
  await expect(second.response).rejects.toThrow("called off");
  answers[0]?.end("Hello");
  expect(await readAll((await first.response).body)).toBe("Hello");
  const third = send();
  await until("the next one is there", () => answers.length === 2);
  answers[1]?.end("Again");
  expect(await readAll((await third.response).body)).toBe("Again");
  expect([requests, second.sending.wasBegun]).toEqual([2, false]);
});

test("a request with a signal that is aborted already is never sent", async () => {
  let requests = 0;
  const send = await start((_request, response) => {
    requests += 1;
    response.end();
  });
  const { sending, response } = send(AbortSignal.abort(new Error("gone")));
  await expect(response).rejects.toThrow("gone");
  expect([requests, sending.wasBegun]).toEqual([0, false]);
});

test("with such a signal it does not wait for a connection either", async () => {
  const answers: ServerResponse[] = [];
  const send = await start((_request, response) => answers.push(response));
  const first = send();
  await until("the only connection is taken", () => answers.length === 1);
  const { response } = send(AbortSignal.abort(new Error("gone")));
  await expect(response).rejects.toThrow("gone");
  answers[0]?.end();
  await readAll((await first.response).body);
});

test("a read that is under way ends when the body is given up", async () => {
  const send = await start((_request, response) => response.write("Hel"));
  const { body } = await send().response;
  await body.next();
  const next = body.next();
  body.cancel();
  expect(await next).toEqual({ value: undefined, done: true });
});
