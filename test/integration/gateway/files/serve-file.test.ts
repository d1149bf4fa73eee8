import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import express from "express";
import { expect, onTestFinished, test } from "vitest";
import { serveFile } from "../../../../apps/gateway/src/middleware/serve-file.ts";

test.for(["plain", ".hidden", "with blank & 100% ü"])(
  "a file below a folder called %s is served",
  async (name) => {
    const root = await mkdtemp(join(tmpdir(), "openrouter-free-pool-serve-"));
    onTestFinished(() => rm(root, { recursive: true }));
    const file = join(root, name, "installed", "page.html");
    await mkdir(join(root, name, "installed"), { recursive: true });
    await writeFile(file, "<p>here</p>");

    const app = express().get("/page", serveFile(pathToFileURL(file)));
    const server = app.listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/page`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    expect(await response.text()).toBe("<p>here</p>");
  },
);
