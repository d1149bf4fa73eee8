import { expect, test } from "vitest";
import {
  isRejected,
  parseRequest,
} from "../../../../apps/gateway/src/batches/input/parse-request.ts";
import { chatCompletions } from "../../../../apps/gateway/src/dialects/chat-completions.ts";

/** Parses a line, with the method and the address that it needs. */
async function read(text: string) {
  const line = text.replace(
    '{"custom_id"',
    '{"method":"POST","url":"/v1/chat/completions","custom_id"',
  );
  const parsed = await parseRequest(
    { number: 1, bytes: Buffer.from(line) },
    chatCompletions,
  );
  if (isRejected(parsed)) throw new Error(parsed.problem.message);
  return { ...parsed, body: parsed.body.toString() };
}

test("numbers of the body keep the form that they have in the file", async () => {
  const body =
    '{"model":"m","seed":12345678901234567890,"temperature":1.0,"x":1e3,"messages":[{"content":"é \\" 1.0"}]}';
  const request = await read(`{"custom_id":"a","body":${body}}`);
  expect(request).toEqual({
    line: 1,
    customId: "a",
    models: { model: "m" },
    body,
  });
});

test("the first of several models counts, and a byte order mark does not", async () => {
  const request = await read(
    '\uFEFF{"custom_id":"a","body":{"models":["x","y"],"messages":[1]}}',
  );
  expect(request.models.model).toBe("x");
});

test("a body keeps its white space, repeated members and line separators", async () => {
  const body =
    '{ "model" : "m", "seed":1, "seed":2,\t"messages":[{"content":"a\u2028b\u2029c\u0085d"}] }';
  const request = await read(`{"custom_id":"a","body":${body}}\r`);
  expect(request.body).toBe(body);
});

test("of members with one name the last one counts", async () => {
  const request = await read(
    '{"custom_id":"a","body":1,"custom_id":"b","body":{"model":"m","messages":[1]}}',
  );
  expect(request).toMatchObject({ customId: "b", models: { model: "m" } });
});

test("a body nested more deeply than allowed is a problem of its line", async () => {
  const nested = (levels: number) =>
    `{"custom_id":"a","body":{"model":"m","messages":[1],"x":${"[".repeat(levels)}${"]".repeat(levels)}}}`;
  expect((await read(nested(255))).line).toBe(1);
  for (const levels of [256, 2_500, 1_000_000]) {
    await expect(read(nested(levels))).rejects.toThrow("nested too deeply");
  }
});
