import { expect, test } from "vitest";
import { readRequest } from "../../../../apps/gateway/src/batches/input/parse-request.ts";
import { chatCompletions } from "../../../../apps/gateway/src/families/chat-completions.ts";

function read(text: string) {
  return readRequest({ number: 1, bytes: Buffer.from(text) }, chatCompletions);
}

test("numbers of the body keep the form that they have in the file", () => {
  const body =
    '{"model":"m","seed":12345678901234567890,"temperature":1.0,"x":1e3,"messages":[{"content":"é \\" 1.0"}]}';
  const request = read(`{"custom_id":"a","body":${body}}`);
  expect(request).toEqual({ line: 1, customId: "a", model: "m", body });
});

test("the first of several models counts, and a byte order mark does not", () => {
  const request = read(
    '\uFEFF{"custom_id":"a","body":{"models":["x","y"],"messages":[1]}}',
  );
  expect(request.model).toBe("x");
});
