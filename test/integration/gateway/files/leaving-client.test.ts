import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import { Disk } from "flydrive";
import { FSDriver } from "flydrive/drivers/fs";
import { expect, onTestFinished, test } from "vitest";
import { sendContent } from "../../../../apps/gateway/src/files/send-content.ts";

const text = "1234567890";

/** Serves a file whose end is not reached until the test says so; tells whether it counts as read. */
async function serve() {
  const location = await mkdtemp(join(tmpdir(), "orpool-leaving-"));
  await writeFile(join(location, "000000"), text);
  const blocked = join(location, "000001");
  execFileSync("mkfifo", [blocked]);
  const storage = new Disk(new FSDriver({ location, visibility: "private" }));
  const { promise: isRead, resolve } = Promise.withResolvers<boolean>();
  const { promise: isLeft, resolve: leave } = Promise.withResolvers<void>();
  const app = express();
  app.get("/", async (request, response) => {
    response.once("close", leave);
    const parts = { folder: "", count: 2, bytes: text.length };
    const file = {
      id: "file-1",
      filename: "file.jsonl",
      purpose: "batch_output",
      createdAt: 0,
      expiresAt: 0,
      content: { kind: "parts", parts },
    } as const;
    resolve(await sendContent(request, response, { storage, file }));
  });
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.close();
    await rm(location, { recursive: true });
  });
  const { port } = server.address() as AddressInfo;
  return { port, isRead, isLeft, reachEnd: () => writeFile(blocked, "") };
}

test("a client that leaves with the last byte has read the file", async () => {
  const { port, isRead, isLeft, reachEnd } = await serve();
  const client = connect(port, "127.0.0.1");
  client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  let got = "";
  while (!got.endsWith(text)) got += String((await once(client, "data"))[0]);
  client.destroy();
  await isLeft;
  await reachEnd();
  expect(await isRead).toBe(true);
});
