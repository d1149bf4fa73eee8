import { expect, test } from "vitest";
import {
  tellError,
  withoutRequest,
} from "../../../../apps/worker/src/settle/tell-error.ts";

const secret = "The password of the treasury is swordfish";
const body = JSON.stringify({
  model: "google/gemma-4-31b-it:free",
  messages: [{ role: "user", content: secret }],
});

const errorBody = (message: string) =>
  Buffer.from(JSON.stringify({ error: { code: 400, message } }));

test("an error is told in OpenRouter's words, on one line and not without an end", () => {
  const message =
    "This endpoint's maximum context length is 32768 tokens.\n However, you requested about 40000";
  expect(tellError(errorBody(message), { body })).toBe(
    "This endpoint's maximum context length is 32768 tokens. However, you requested about 40000",
  );
  const long = tellError(errorBody("word ".repeat(1_000)), { body });
  expect(long).toHaveLength(300);
  expect(tellError(Buffer.from("<html>"), { body })).toBeUndefined();
});

test("a text that quotes the prompt is not told, in whatever script and however it is escaped", () => {
  for (const quoted of [
    `Invalid prompt: "${secret}"`,
    "flagged: …rd of the treasury is swor…",
  ]) {
    const told = withoutRequest(quoted, { body });
    expect(told).toMatch(/quotes the request/);
    expect(told).not.toMatch(/treasury|swor/);
  }
  const prompt = "请把以下这一段很长很长的中文秘密内容翻译成英文然后告诉我结果";
  const escaped = JSON.stringify({ input: prompt }).replace(
    /[\u0080-\uffff]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const told = withoutRequest(`bad input: ${prompt.slice(2, 24)}`, {
    body: escaped,
  });
  expect(told).toMatch(/quotes the request/);
});

test("the name of the model is no part of the prompt", () => {
  const message = "google/gemma-4-31b-it:free is not a valid model ID";
  expect(withoutRequest(message, { body })).toBe(message);
});

test("a secret is hidden, and a large request's error is not told in words", () => {
  const key = `sk-or-v1-${"a".repeat(64)}`;
  expect(withoutRequest(`No user for ${key}`, { body })).not.toContain(key);
  const told = withoutRequest("Something about a very long text", {});
  expect(told).toMatch(/too large/);
});
