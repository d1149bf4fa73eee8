import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { notify } from "../../../apps/cli/src/output/notify.ts";

const notice = {
  text: "batch_1 is completed",
  batch: "batch_1",
  status: "completed",
  total: 1,
  completed: 1,
  failed: 0,
  results: "out.jsonl",
};

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

async function receive(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return `127.0.0.1:${port}`;
}

/** What the person is told, of a receiver at `host`. */
async function toldAbout(host: string, timeoutMs?: number): Promise<string> {
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const options = timeoutMs === undefined ? {} : { timeoutMs };
  await notify(`http://${host}/secret-path`, notice, options);
  const told = written.mock.calls.map(([text]) => String(text)).join("");
  written.mockRestore();
  return told;
}

test("a receiver that takes it is asked once, and nothing is said", async () => {
  let asked = 0;
  const host = await receive((_request, response) => {
    asked += 1;
    response.end();
  });
  expect(await toldAbout(host)).toBe("");
  expect(asked).toBe(1);
});

test("one that fails once is asked again", async () => {
  const answers = [500, 200];
  const host = await receive((_request, response) => {
    response.writeHead(answers.shift() ?? 500).end();
  });
  expect(await toldAbout(host)).toBe("");
  expect(answers).toEqual([]);
});

test("one that fails, is gone or slow is told with the reason, without its path", async () => {
  const failing = await receive((_request, response) => {
    response.writeHead(500).end("no");
  });
  expect(await toldAbout(failing)).toBe(
    `${failing} was not notified: it answered 500\n`,
  );
  server?.close();
  server = undefined;

  expect(await toldAbout(failing)).toBe(
    `${failing} was not notified: it cannot be reached\n`,
  );

  const slow = await receive(() => undefined);
  expect(await toldAbout(slow, 100)).toBe(
    `${slow} was not notified: it does not answer\n`,
  );
});
