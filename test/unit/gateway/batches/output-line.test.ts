import { expect, test } from "vitest";
import {
  answeredEntry,
  failedEntry,
} from "../../../../apps/gateway/src/batches/results/output-line.ts";

const request = { line: 3, customId: 'the "third"' };

function answered(body: string, headers = {}) {
  return answeredEntry("batch_abc", request, {
    kind: "answer",
    status: 200,
    headers,
    body: Buffer.from(body),
    queueMs: 0,
    upstreamMs: 0,
    calls: 1,
  });
}

test("an answer stands in OpenAI's form", () => {
  const { line, code, text } = answered('{"a":1}');
  expect({ line, code }).toEqual({ line: 3, code: "200" });
  expect(JSON.parse(text)).toEqual({
    id: "batch_req_abc_3",
    custom_id: 'the "third"',
    response: {
      status_code: 200,
      request_id: "batch_abc-3",
      body: { a: 1 },
    },
    error: null,
  });
});

test("an answer that failed its checks says so beside its body", () => {
  const headers = { "x-answer-check": "failed content" };
  const { code, text } = answered('{"a":1}', headers);
  expect(code).toBe("200");
  expect(JSON.parse(text).response).toEqual({
    status_code: 200,
    request_id: "batch_abc-3",
    body: { a: 1 },
    answer_check: "failed content",
  });
});

test("a body keeps its form where it is one line, white space around it apart", () => {
  expect(
    answered('\n  \n {"n":1.0,"big":12345678901234567890}\n').text,
  ).toContain('"body":{"n":1.0,"big":12345678901234567890}}');
  expect(answered('{\n  "a": 1\n}').text).toContain('"body":{"a":1}}');
});

test("a body that is no JSON becomes a string", () => {
  const { text } = answered("<html>\nBad gateway");
  expect(text).not.toContain("\n");
  expect(JSON.parse(text).response.body).toBe("<html>\nBad gateway");
});

test("a line without an answer says why", () => {
  const { code, text } = failedEntry("batch_abc", request, "batch_expired");
  expect(code).toBe("batch_expired");
  expect(JSON.parse(text)).toMatchObject({
    response: null,
    error: { code: "batch_expired" },
  });
});
