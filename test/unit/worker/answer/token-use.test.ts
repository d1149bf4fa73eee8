import { expect, test } from "vitest";
import { readTokenUse } from "../../../../apps/worker/src/answer/token-use.ts";

test.for<[string, string, object | undefined]>([
  [
    "OpenAI's names",
    '{"usage":{"prompt_tokens":3,"completion_tokens":9,"details":{"cached":1}}}',
    { prompt: 3, completion: 9 },
  ],
  [
    "Anthropic's names",
    '{"usage" : {"input_tokens":3,"output_tokens":9}}',
    { prompt: 3, completion: 9 },
  ],
  [
    "the last of several",
    '{"usage":{"prompt_tokens":1}} {"usage":{"prompt_tokens":2}}',
    { prompt: 2, completion: 0 },
  ],
  [
    "the last that is there",
    '{"usage":{"prompt_tokens":1}} {"usage":null}',
    { prompt: 1, completion: 0 },
  ],
  ["a name alone", '"usage"', undefined],
  ["none", '{"choices":[]}', undefined],
  ["none that is JSON", '{"usage":{prompt_tokens}}', undefined],
  [
    "at the end of a long answer",
    `{"text":"${"x".repeat(100_000)}","usage":{"prompt_tokens":3,"completion_tokens":9}}`,
    { prompt: 3, completion: 9 },
  ],
])("token usage: %s", ([_, text, expected]) => {
  expect(readTokenUse(Buffer.from(text))).toEqual(expected);
});
