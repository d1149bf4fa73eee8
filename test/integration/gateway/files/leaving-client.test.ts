import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { serveContent } from "../../../support/files/serve-content.ts";

const text = "1234567890";

test("a client that leaves with the last byte has read the file", async () => {
  const location = await mkdtemp(join(tmpdir(), "orpool-leaving-"));
  onTestFinished(() => rm(location, { recursive: true }));
  await writeFile(join(location, "000000"), text);
  // The end of the file is not reached until somebody writes here.
  const blocked = join(location, "000001");
  execFileSync("mkfifo", [blocked]);
  const bytes = text.length;
  const { port, first } = await serveContent(location, { count: 2, bytes });

  const client = connect(port, "127.0.0.1");
  client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  let got = "";
  while (!got.endsWith(text)) got += String((await once(client, "data"))[0]);
  const { response, isRead } = await first;
  const isLeft = once(response, "close");
  client.destroy();
  await isLeft;
  await writeFile(blocked, "");
  expect(await isRead).toBe(true);
});
