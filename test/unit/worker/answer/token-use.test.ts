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
  [
    "what an answer echoes behind it is none",
    '{"usage":{"input_tokens":3,"output_tokens":4},"tools":[{"usage":{"type":"string"}},{"usage":{"prompt_tokens":{}}}]}',
    { prompt: 3, completion: 4 },
  ],
  [
    "fractions",
    '{"usage":{"prompt_tokens":5.5,"completion_tokens":1.2}}',
    { prompt: 6, completion: 1 },
  ],
  ...['"x"', "{}", "1e999", "-1", "1e30", "true"].map(
    (figure): [string, string, undefined] => [
      `${figure} is no number of tokens`,
      `{"usage":{"prompt_tokens":${figure},"completion_tokens":2}}`,
      undefined,
    ],
  ),
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
