import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { batchInput } from "../../support/clients/batch-input.ts";
import { send } from "../../support/clients/send.ts";
import {
  formEnd,
  formField,
  formPart,
  formType,
} from "../../support/network/raw-http.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

// Larger than a part in storage, so that ranges cross the edge between two.
const content = batchInput(30_000);
const bytes = content.length;
const partBytes = 4 * 1024 * 1024;
let stack: Stack;
let url: string;
beforeAll(async () => {
  stack = await startStack({ redisUrl: inject("redisUrl"), workers: 0 });
  const uploaded = await send(`${stack.url}/v1/files`, {
    method: "POST",
    headers: { "content-type": formType },
    body: formField("purpose", "batch") + formPart("file", content) + formEnd,
  });
  const { id } = uploaded.body as { id: string };
  url = `${stack.url}/v1/files/${id}/content`;
});
afterAll(() => stack?.stop());

test.for([
  { range: "bytes=0-0", start: 0, end: 0 },
  { range: "bytes=100-199", start: 100, end: 199 },
  { range: "bytes=-50", start: bytes - 50, end: bytes - 1 },
  {
    range: `bytes=${partBytes - 100}-${partBytes + 200_000}`,
    start: partBytes - 100,
    end: partBytes + 200_000,
  },
  {
    range: `bytes=${bytes - 10}-${bytes + 10}`,
    start: bytes - 10,
    end: bytes - 1,
  },
  { range: "bytes=1-", start: 1, end: bytes - 1 },
])("$range is answered with 206", async ({ range, start, end }) => {
  const answer = await send(url, { headers: { range } });
  expect(answer.status).toBe(206);
  expect(answer.headers.get("content-range")).toBe(
    `bytes ${start}-${end}/${bytes}`,
  );
  expect(answer.headers.get("content-length")).toBe(String(end - start + 1));
  expect(answer.text === content.slice(start, end + 1)).toBe(true);
});

test("a range outside of the content is a 416 that tells its size", async () => {
  const answer = await send(url, { headers: { range: `bytes=${bytes}-` } });
  expect(answer.status).toBe(416);
  expect(answer.headers.get("content-range")).toBe(`bytes */${bytes}`);
  expect(answer.body).toMatchObject({ error: { code: 416 } });
});

test.for(["bytes=0-1,5-6", "lines=0-1", "bytes=a-b"])(
  "%s is answered with the whole content",
  async (range) => {
    const answer = await send(url, { headers: { range } });
    expect(answer.status).toBe(200);
    expect(answer.text === content).toBe(true);
  },
);

test("If-Range serves the range only of the same content", async () => {
  const { headers } = await send(url, { method: "HEAD" });
  expect(headers.get("accept-ranges")).toBe("bytes");
  expect(headers.get("content-length")).toBe(String(bytes));
  const same = [headers.get("etag") ?? "", headers.get("last-modified") ?? ""];
  for (const ifRange of same) {
    const answer = await send(url, {
      headers: { range: "bytes=0-9", "if-range": ifRange },
    });
    expect(answer.status).toBe(206);
  }
  const others = ['"other"', `W/${same[0]}`, new Date(0).toUTCString(), "?"];
  for (const ifRange of others) {
    const answer = await send(url, {
      headers: { range: "bytes=0-9", "if-range": ifRange },
    });
    expect(answer.status).toBe(200);
  }
});
