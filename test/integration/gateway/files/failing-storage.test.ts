import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { serveContent } from "../../../support/files/serve-content.ts";

/** Serves a file of `parts`; of those that are undefined the storage fails. */
async function serve(parts: readonly (string | undefined)[]) {
  const location = await mkdtemp(join(tmpdir(), "orpool-storage-"));
  onTestFinished(() => rm(location, { recursive: true }));
  for (const [index, text] of parts.entries()) {
    const path = join(location, String(index).padStart(6, "0"));
    // A directory can be opened, but not read.
    if (text === undefined) await mkdir(path);
    else await writeFile(path, text);
  }
  return serveContent(location, { count: parts.length, bytes: 10 });
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
  const { url, first } = await serve(["12345", undefined]);
  const response = await fetch(url);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
  const { isRead } = await first;
  await expect(isRead).rejects.toMatchObject({ code: "EISDIR" });
});

test("a whole file comes as it is", async () => {
  const { url } = await serve(["12345", "67890"]);
  expect(await (await fetch(url)).text()).toBe("1234567890");
});
