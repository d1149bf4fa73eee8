import { expect, test } from "vitest";
import { parseCompletionWindow } from "../../../../apps/gateway/src/batches/creation/completion-window.ts";

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
