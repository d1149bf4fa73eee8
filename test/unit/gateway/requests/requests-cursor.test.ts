import { expect, test } from "vitest";
import {
  cursorPattern,
  decodeCursor,
  encodeCursor,
} from "../../../../apps/gateway/src/requests/listing/requests-cursor.ts";
import { requestsQuerySchema } from "../../../../apps/gateway/src/requests/listing/requests-query.ts";

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

test.each([
  ["waiting", "waiting-100", true],
  ["all", "waiting-100_1789000000000-0", true],
  ["answered", "1789000000000-0", true],
  ["calling", "waiting-100", false],
  ["answered", "waiting-100_1789000000000-0", false],
])(
  "with the status %s the cursor %s is right: %s",
  (status, cursor, isRight) => {
    expect(requestsQuerySchema.safeParse({ status, cursor }).success).toBe(
      isRight,
    );
  },
);
