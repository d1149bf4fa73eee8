import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import { Disk } from "flydrive";
import { FSDriver } from "flydrive/drivers/fs";
import { expect, onTestFinished, test } from "vitest";
import { sendContent } from "../../../../apps/gateway/src/files/send-content.ts";
import { createHandleErrors } from "../../../../apps/gateway/src/middleware/handle-errors.ts";
import { logger } from "../../../support/dispatch/gateway-jobs.ts";

/** Serves a file of `parts`; of those that are undefined the storage fails. */
async function serve(parts: readonly (string | undefined)[]) {
  const location = await mkdtemp(join(tmpdir(), "orpool-storage-"));
  await mkdir(join(location, "folder"));
  for (const [index, text] of parts.entries()) {
    const path = join(location, "folder", String(index).padStart(6, "0"));
    // A directory can be opened, but not read.
    if (text === undefined) await mkdir(path);
    else await writeFile(path, text);
  }
  const storage = new Disk(new FSDriver({ location, visibility: "private" }));
  const thrown: unknown[] = [];
  const app = express();
  app.get("/", (request, response) => {
    Object.assign(response.locals, { context: {} });
    return sendContent(request, response, {
      storage,
      file: {
        id: "file-1",
        filename: "file.jsonl",
        purpose: "batch",
        createdAt: 0,
        expiresAt: 0,
        content: {
          kind: "parts",
          parts: { folder: "folder", count: parts.length, bytes: 10 },
        },
      },
    }).catch((error: unknown) => {
      thrown.push(error);
      throw error;
    });
  });
  app.use(createHandleErrors(logger));
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await rm(location, { recursive: true });
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, thrown };
}

test("a storage that fails before the first byte gives a 503", async () => {
  const { url } = await serve([undefined]);
  const response = await fetch(url);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    error: { message: "The storage of files failed" },
  });
});

test("a storage that fails in the middle breaks the download off, and the error is told", async () => {
  const { url, thrown } = await serve(["12345", undefined]);
  const response = await fetch(url);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
  expect(thrown).toMatchObject([{ code: "EISDIR" }]);
});

test("a whole file comes as it is", async () => {
  const { url } = await serve(["12345", "67890"]);
  expect(await (await fetch(url)).text()).toBe("1234567890");
});
