import { unlimited } from "@openrouter-free-pool/shared/api/client-object";
import { expect, test } from "vitest";
import { ClientDirectory } from "../../../../apps/gateway/src/clients/directory/client-directory.ts";
import { mayUse } from "../../../../apps/gateway/src/clients/limits/allow-models.ts";
import { mayRun } from "../../../../apps/gateway/src/clients/limits/may-run.ts";
import type { ClientRecord } from "../../../../apps/gateway/src/clients/records/client.ts";

const record = (change: Partial<ClientRecord> = {}): ClientRecord => ({
  ...unlimited,
  id: "client_1",
  name: "a",
  digest: "digest",
  hint: "hint",
  createdAt: 0,
  updatedAt: 0,
  ...change,
});

function directoryWith(...records: ClientRecord[]): ClientDirectory {
  const directory = new ClientDirectory([]);
  directory.replaceAll(records, records.length);
  return directory;
}

test.for([
  ["qwen/*", "qwen/qwen3:free", true],
  ["qwen/*", "qwen", false],
  ["*:free", "a/b:free", true],
  ["*:free", "a/b", false],
  ["a/b", "a/b", true],
  ["a/b", "a/bc", false],
  ["a*b*c", "a-b-c", true],
  ["a*b*c", "a-c-b", false],
  // The pieces must not share what they match.
  ["ab*ba", "aba", false],
  ["*", "anything", true],
  ["a.c", "abc", false],
] as const)("%s takes %s: %s", ([glob, name, isTaken]) => {
  const client = directoryWith(record({ models: [glob] })).find("client_1");
  expect(mayUse(client, name)).toBe(isTaken);
});

test("a glob of many stars takes no time", () => {
  const glob = "*a".repeat(128);
  const client = directoryWith(record({ models: [glob] })).find("client_1");
  const startedAt = performance.now();
  expect(mayUse(client, "a".repeat(120))).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});

test("lines of batches wait while their client may not call", () => {
  const now = Date.parse("2030-01-01T00:00:00Z");
  const runs = (change: Partial<ClientRecord>) =>
    mayRun(directoryWith(record(change)), "client_1", now);
  expect(runs({})).toBe(true);
  expect(runs({ disabled: true })).toBe(false);
  expect(runs({ expiresAt: "2029-12-31T23:59:59Z" })).toBe(false);
  expect(runs({ expiresAt: "2030-01-01T00:00:01Z" })).toBe(true);
  expect(mayRun(directoryWith(), "client_1", now)).toBe(false);
  expect(mayRun(directoryWith(), "of-the-environment", now)).toBe(true);
  expect(mayRun(directoryWith(), undefined, now)).toBe(true);
});
