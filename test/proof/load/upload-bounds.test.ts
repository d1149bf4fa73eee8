import type { Socket } from "node:net";
import { afterEach, expect, inject, test } from "vitest";
import { batchInput } from "../../support/clients/batch-input.ts";
import { send } from "../../support/clients/send.ts";
import {
  formEnd,
  formField,
  formPart,
  formType,
  openSocket,
  rawHead,
} from "../../support/network/raw-http.ts";
import { residentMiB } from "../../support/processes/memory.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

let stack: Stack | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await stack?.stop();
});

async function start(env: Record<string, string>): Promise<Stack> {
  stack = await startStack({ redisUrl: inject("redisUrl"), workers: 0, env });
  return stack;
}

/** Sends the beginning of an upload. */
async function begin(
  url: string,
  content: string,
  headers = "",
): Promise<void> {
  const socket = await openSocket(url);
  sockets.push(socket);
  socket.resume();
  const head = rawHead("/v1/files", formType, 50_000_000);
  socket.write(head.replace("\r\n\r\n", `\r\n${headers}\r\n`));
  const form = formField("purpose", "batch") + formPart("file", content);
  await new Promise((resolve) => socket.write(form, resolve));
}

function upload(url: string, headers: Record<string, string> = {}) {
  return send(`${url}/v1/files`, {
    method: "POST",
    headers: { "content-type": formType, ...headers },
    body:
      formField("purpose", "batch") + formPart("file", batchInput(2)) + formEnd,
  });
}

test("one client may not have more unfinished uploads than its bound; others go on", async () => {
  const { url } = await start({
    GATEWAY_API_KEYS: "alice=alice-key,bob=bob-key",
    MAX_UPLOADS_PER_CLIENT: "3",
  });
  const alice = { authorization: "Bearer alice-key" };
  for (let index = 0; index < 3; index += 1) {
    await begin(url, batchInput(1), "Authorization: Bearer alice-key\r\n");
  }
  const refused = await until("a fourth one is refused", async () => {
    const answer = await upload(url, alice);
    return answer.status === 200 ? undefined : answer;
  });
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toBe("10");
  expect(refused.body).toMatchObject({
    error: { metadata: { reason: "client-uploads-full" } },
  });
  const others = await upload(url, { authorization: "Bearer bob-key" });
  expect(others.status).toBe(200);

  sockets.pop()?.destroy();
  await until("its place is free again", async () => {
    return (await upload(url, alice)).status === 200;
  });
});

test("a gateway has a bound for all unfinished uploads", async () => {
  const { url } = await start({ MAX_UPLOADS: "2" });
  await begin(url, batchInput(1));
  await begin(url, batchInput(1));
  const refused = await until("a third one is refused", async () => {
    const answer = await upload(url);
    return answer.status === 200 ? undefined : answer;
  });
  expect(refused.status).toBe(503);
  expect(refused.body).toMatchObject({
    error: { metadata: { reason: "uploads-full" } },
  });
});

test("80 unfinished uploads of 9.9 MB hold no more than the bound", async ({
  annotate,
}) => {
  const { url, gateways } = await start({
    MAX_UPLOADS_PER_CLIENT: "100",
    UPLOAD_MEMORY: "32mb",
  });
  const pid = gateways[0]?.pid ?? 0;
  const before = residentMiB(pid);
  const oneLine = `{"custom_id":"a","body":"${"x".repeat(9_900_000)}`;
  for (let index = 0; index < 80; index += 1) {
    await begin(url, oneLine);
  }
  const grown = residentMiB(pid) - before;
  await annotate(`the gateway grew by ${grown} MiB`);
  // They would hold 760 MiB; the rest of the allowance is the collector's.
  expect(grown).toBeLessThan(250);
  expect((await upload(url)).status).toBe(200);
});

test("300 stalled uploads hold little, and leave nothing when they are gone", async ({
  annotate,
}) => {
  const { url, gateways } = await start({});
  const pid = gateways[0]?.pid ?? 0;
  const before = residentMiB(pid);
  const content = batchInput(20_000);
  for (let index = 0; index < 300; index += 1) await begin(url, content);
  await until("the bound refuses more", async () => {
    return (await upload(url)).status === 429;
  });
  const grown = residentMiB(pid) - before;
  await annotate(`the gateway grew by ${grown} MiB`);
  expect(grown).toBeLessThan(350);
  for (const socket of sockets.splice(0)) socket.destroy();
  await until("uploads are taken in again", async () => {
    return (await upload(url)).status === 200;
  });
});
