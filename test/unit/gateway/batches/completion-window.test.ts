import { expect, test } from "vitest";
import { parseCompletionWindow } from "../../../../apps/gateway/src/batches/creation/completion-window.ts";
import { fitWindow } from "../../../../apps/gateway/src/batches/creation/fit-window.ts";

test.each([
  ["24h", 86_400_000],
  ["7d", 7 * 86_400_000],
  ["21d", 21 * 86_400_000],
  ["90m", 5_400_000],
  ["5s", 5_000],
])("%s", (text, ms) => {
  expect(parseCompletionWindow(text)).toBe(ms);
});

test.each(["", "24", "0h", "-1h", "22d", "1w", "1.5h", "24h ", "999999999d"])(
  "%j is none",
  (text) => {
    expect(parseCompletionWindow(text)).toBeUndefined();
  },
);

const hourMs = 3_600_000;

test.each([
  [0, "24h"],
  [12 * hourMs, "24h"],
  [13 * hourMs, "2d"],
  [5 * 24 * hourMs, "10d"],
  [11 * 24 * hourMs, "21d"],
  [undefined, "21d"],
])("a batch that takes %s ms gets a window of %s", (expectedMs, window) => {
  expect(fitWindow(expectedMs)).toBe(window);
  expect(parseCompletionWindow(window)).toBeDefined();
});
