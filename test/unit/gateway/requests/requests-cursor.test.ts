import { expect, test } from "vitest";
import {
  cursorPattern,
  decodeCursor,
  encodeCursor,
} from "../../../../apps/gateway/src/requests/listing/requests-cursor.ts";

// biome-ignore format: a table
test.each([
  ["waiting-100", { open: { state: "waiting", offset: 100 }, ended: undefined }],
  ["1789000000000-0", { open: undefined, ended: "1789000000000-0" }],
  ["calling-0_1789000000000-12", { open: { state: "calling", offset: 0 }, ended: "1789000000000-12" }],
] as const)("%s tells where both parts go on", (text, cursor) => {
  expect(text).toMatch(cursorPattern);
  expect(decodeCursor(text)).toEqual(cursor);
  expect(encodeCursor(cursor)).toBe(text);
});

test("nothing is left where neither part goes on", () => {
  expect(encodeCursor({ open: undefined, ended: undefined })).toBeNull();
});

test.each([
  "",
  "newest",
  "lost-1",
  "waiting",
  "waiting-1_",
  "waiting-1-2",
  "1_2",
])("%j is no cursor", (text) => {
  expect(text).not.toMatch(cursorPattern);
});
