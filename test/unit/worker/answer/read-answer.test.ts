import { expect, test } from "vitest";
import { readAnswer } from "../../../../apps/worker/src/answer/read-answer.ts";

function kindOf(body: unknown, path: string): string {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return readAnswer(Buffer.from(text), path).kind;
}

test.for([
  ["/chat/completions", { choices: [{ message: { content: "" } }] }],
  ["/chat/completions", { choices: [{ message: {} }], error: null }],
  ["/completions", { choices: [{ text: "" }] }],
  ["/embeddings", { data: [{ embedding: [0] }] }],
  ["/responses", { output: [{ type: "message" }], error: null }],
  ["/responses", { output: [], status: "incomplete" }],
  ["/messages", { content: [{ type: "text" }], type: "message" }],
  ["/messages", { content: [], stop_reason: "end_turn" }],
] as const)("%s is answered by %j", ([path, body]) => {
  expect(kindOf(body, path)).toBe("answered");
  expect(kindOf("{}", path)).toBe("nothing");
  expect(kindOf("null", path)).toBe("nothing");
  expect(kindOf('{"error":"no"}', path)).toBe("error");
  expect(kindOf('{"message":"no","code":429}', path)).toBe("error");
});

test.for([
  ["/chat/completions", { choices: [{}] }],
  ["/chat/completions", { choices: [null] }],
  ["/chat/completions", { choices: [{ message: null }] }],
  ["/embeddings", { data: [] }],
  ["/responses", { output: [], status: "completed" }],
  ["/messages", { content: "text" }],
] as const)("%s is not answered by %j", ([path, body]) => {
  expect(kindOf(body, path)).toBe("nothing");
});

test("an error among the events of a stream that nobody asked for is found", () => {
  const text = ': hi\n\ndata: {"error":{"code":429,"message":"No"}}\n\n';
  expect(readAnswer(Buffer.from(text), "/completions")).toEqual({
    kind: "error",
    error: { code: 429, message: "No" },
  });
});

test("a body that is all brackets is refused without being built", () => {
  const brackets = Buffer.alloc(62 * 1024 * 1024, "[");
  const before = process.memoryUsage().heapUsed;
  expect(readAnswer(brackets, "/chat/completions").kind).toBe("nothing");
  brackets.write('{"choices":');
  expect(readAnswer(brackets, "/chat/completions").kind).toBe("nothing");
  const small = brackets.subarray(0, 1_000_000);
  expect(readAnswer(small, "/chat/completions").kind).toBe("nothing");
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 * 1024 ** 2);
});
