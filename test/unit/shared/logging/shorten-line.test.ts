import { shortenLine } from "@openrouter-free-pool/shared/logging/shorten-line";
import { expect, test } from "vitest";

const common = { level: "info", time: "2026-11-26T01:00:00Z", app: "gateway" };
const lineOf = (fields: object) => `${JSON.stringify(fields)}\n`;
const shorten = (msg: string, fields: object) =>
  shortenLine(lineOf({ ...common, pid: 1, requestId: "r", ...fields, msg }));

test.each([
  [
    {
      status: 200,
      model: "google/gemma-4:free",
      totalMs: 812,
      client: "alice",
    },
    "200 google/gemma-4:free 0.8 s alice",
  ],
  [
    { status: 200, model: "m", totalMs: 42_300, stream: true, queueMs: 41_000 },
    "200 m 42.3 s → waited 41.0 s",
  ],
  [
    { status: 502, model: "m", totalMs: 3_000, attempts: 3, error: "upstream" },
    "502 m 3.0 s 3 calls upstream",
  ],
  [{ status: 200, totalMs: 1, cache: "hit" }, "200 0.0 s cache hit"],
])("a finished request is one line: %j", (fields, msg) => {
  expect(shorten("Completion finished", fields)).toBe(
    lineOf({ ...common, msg }),
  );
});

test("a refusal keeps its reason, and the rest of a request's story is left out", () => {
  expect(shorten("Refused a request", { why: "There is no model x" })).toBe(
    lineOf({ ...common, msg: "Refused a request: There is no model x" }),
  );
  expect(shorten("Queued a request", {})).toBeUndefined();
  expect(shorten("Called OpenRouter", { status: 429 })).toBeUndefined();
});

test.each([
  lineOf({ ...common, msg: "Gateway is ready", port: 3000 }),
  lineOf({ ...common, level: "warn", requestId: "r", msg: "Odd" }),
  "no JSON\n",
])("%s stays as it is", (line) => {
  expect(shortenLine(line)).toBe(line);
});
