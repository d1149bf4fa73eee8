import type { AnswerCheck } from "@openrouter-free-pool/shared/api/answer-checks";
import { pino } from "pino";
import { expect, test } from "vitest";
import { createCheckAnswer } from "../../../../apps/worker/src/check/check-answer.ts";

const logger = pino({ level: "silent" });
const schemaTimeoutMs = 5_000;
const checkAnswer = createCheckAnswer({ logger, schemaTimeoutMs });
const checkShortly = createCheckAnswer({ logger, schemaTimeoutMs: 100 });
const all: readonly AnswerCheck[] = ["content", "complete", "json", "schema"];

function check(
  answer: object | string,
  options: {
    checks?: readonly AnswerCheck[];
    path?: string;
    request?: object;
    by?: typeof checkAnswer;
  } = {},
): string {
  const { checks = all, path = "/chat/completions", request = {} } = options;
  const { by = checkAnswer } = options;
  const body = typeof answer === "string" ? answer : JSON.stringify(answer);
  return by(Buffer.from(body), {
    checks,
    path,
    requestBody: JSON.stringify(request),
  }).join();
}

const chat = (message: object, finish_reason = "stop") => ({
  choices: [{ message: { role: "assistant", ...message }, finish_reason }],
});
const completion = (text: string, finish_reason = "stop") => ({
  choices: [{ text, finish_reason }],
});
const messages = (content: object[], stop_reason = "end_turn") => ({
  type: "message",
  content,
  stop_reason,
});
const responses = (output: object[], more = {}) => ({
  object: "response",
  status: "completed",
  output,
  ...more,
});
const text = (text: string) => ({ type: "text", text });
const spoken = (text: string) => ({
  type: "message",
  content: [{ type: "output_text", text }],
});
const cut = {
  status: "incomplete",
  incomplete_details: { reason: "max_output_tokens" },
};
const filtered = {
  status: "incomplete",
  incomplete_details: { reason: "content_filter" },
};
const call = { id: "1", type: "function", function: { name: "f" } };
const image = { type: "image_url", image_url: { url: "data:," } };

// biome-ignore format: a table
test.for<[name: string, path: string, answer: object, failed: string]>([
  ["JSON", "/chat/completions", chat({ content: '{"a":1}' }), ""],
  ["JSON with blanks around it", "/chat/completions", chat({ content: ' \n{"a":1}\n' }), ""],
  ["text", "/chat/completions", chat({ content: "Hello" }), "json"],
  ["a fenced block", "/chat/completions", chat({ content: '```json\n{"a":1}\n```' }), "json"],
  ["half a JSON", "/chat/completions", chat({ content: '{"a":' }, "length"), "complete,json"],
  ["an empty text", "/chat/completions", chat({ content: "" }), "content,json"],
  ["blanks", "/chat/completions", chat({ content: " \n\t" }), "content,json"],
  ["null", "/chat/completions", chat({ content: null }), "content,json"],
  ["no content", "/chat/completions", chat({}), "content,json"],
  ["thoughts alone", "/chat/completions", chat({ content: "", reasoning: "Hmm" }, "length"), "content,complete,json"],
  ["parts", "/chat/completions", chat({ content: [text('{"a":'), text("1}")] }), ""],
  ["empty parts", "/chat/completions", chat({ content: [text("")] }), "content,json"],
  ["an image as a part", "/chat/completions", chat({ content: [image] }), ""],
  ["images beside the content", "/chat/completions", chat({ content: "", images: [image] }), ""],
  ["calls of tools", "/chat/completions", chat({ content: null, tool_calls: [call] }, "tool_calls"), ""],
  ["calls of tools with a text", "/chat/completions", chat({ content: "Wait", tool_calls: [call] }), ""],
  ["an empty list of calls", "/chat/completions", chat({ content: null, tool_calls: [] }), "content,json"],
  ["a refusal", "/chat/completions", chat({ content: null, refusal: "No." }), ""],
  ["one bad choice of two", "/chat/completions", { choices: [...chat({ content: "1" }).choices, ...chat({ content: "" }).choices] }, "content,json"],

  ["JSON", "/completions", completion("[1]"), ""],
  ["an empty text", "/completions", completion(""), "content,json"],
  ["a cut text", "/completions", completion("[1]", "length"), "complete"],

  ["JSON", "/messages", messages([text('{"a":1}')]), ""],
  ["thoughts and JSON", "/messages", messages([{ type: "thinking", thinking: "Hmm" }, text("{}")]), ""],
  ["thoughts alone", "/messages", messages([{ type: "thinking", thinking: "Hmm" }], "max_tokens"), "content,complete,json"],
  ["nothing", "/messages", messages([]), "content,json"],
  ["a full context", "/messages", messages([text("1")], "model_context_window_exceeded"), "complete"],
  ["a call of a tool", "/messages", messages([{ type: "tool_use", name: "f" }], "tool_use"), ""],
  ["a search alone", "/messages", messages([{ type: "server_tool_use", name: "web_search" }]), "content,json"],

  ["JSON", "/responses", responses([{ type: "reasoning" }, spoken('{"a":1}')]), ""],
  ["nothing", "/responses", responses([]), "content,json"],
  ["thoughts alone", "/responses", responses([{ type: "reasoning" }], cut), "content,complete,json"],
  ["a cut text", "/responses", responses([spoken("[1")], cut), "complete,json"],
  ["a filtered text", "/responses", responses([spoken("1")], filtered), ""],
  ["a call of a function", "/responses", responses([{ type: "function_call", name: "f" }]), ""],
  ["a refusal", "/responses", responses([{ type: "message", content: [{ type: "refusal", refusal: "No." }] }]), ""],

  ["embeddings", "/embeddings", { data: [] }, ""],
])("%s, %s", ([, path, answer, failed]) => {
  expect(check(answer, { path })).toBe(failed);
});

test("only what is asked for is checked", () => {
  const empty = chat({ content: "" }, "length");
  expect(check(empty, { checks: ["complete"] })).toBe("complete");
  expect(check(empty, { checks: ["json", "content"] })).toBe("content,json");
});

test("checks of a newer gateway pass", () => {
  const checks = ["content", "spelling"] as never;
  expect(check(chat({ content: "" }), { checks })).toBe("content");
});

test("an answer beyond 1 MiB is not checked", () => {
  const padding = " ".repeat(1024 * 1024);
  const empty = JSON.stringify(chat({ content: "" }));
  expect(check(empty + padding)).toBe("");
});

const asChat = (schema: unknown) => ({
  response_format: { type: "json_schema", json_schema: { name: "s", schema } },
});
const checkSchema = (content: string, schema: unknown) =>
  check(chat({ content }), { checks: ["schema"], request: asChat(schema) });
const person = {
  type: "object",
  properties: { name: { type: "string" } },
  required: ["name"],
  additionalProperties: false,
};
const draft = (name: string) => `${name}/schema`;
const sevenTuple = { items: [{ type: "number" }], additionalItems: false };
const twentyTuple = { prefixItems: [{ type: "number" }], items: false };
/** Each level doubles what a validator has to try. */
const explosion = {
  $ref: "#/$defs/d0",
  $defs: Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => {
      const next = { $ref: `#/$defs/d${i + 1}` };
      return [`d${i}`, i === 39 ? { type: "null" } : { anyOf: [next, next] }];
    }),
  ),
};

// biome-ignore format: a table
test.for<[name: string, schema: unknown, content: string, failed: string]>([
  ["a valid value", person, '{"name":"Ada"}', ""],
  ["a missing member", person, "{}", "schema"],
  ["another member", person, '{"name":"Ada","age":1}', "schema"],
  ["no JSON", person, "Ada", "schema"],
  ["nothing", person, "", "schema"],
  ["a member that all objects inherit", { required: ["toString"] }, "{}", "schema"],
  ["no schema", undefined, "Ada", ""],
  ["a schema that is no object", [], "Ada", ""],
  ["a schema that is none", { type: "person" }, "{}", ""],
  ["an unknown draft", { ...person, $schema: draft("http://json-schema.org/draft-04") }, "{}", ""],
  ["draft 2020-12", { ...twentyTuple, $schema: draft("https://json-schema.org/draft/2020-12") }, "[1,2]", "schema"],
  ["draft 7", { ...sevenTuple, $schema: draft("http://json-schema.org/draft-07") }, "[1,2]", "schema"],
  ["2020-12 without its name", twentyTuple, "[1,2]", "schema"],
  ["7 without its name", sevenTuple, "[1,2]", "schema"],
  ["an unknown keyword", { ...person, "x-order": 1 }, "{}", "schema"],
  ["a format", { type: "string", format: "email" }, '"no address"', ""],
  ["a pattern", { type: "string", pattern: "^a+$" }, '"b"', "schema"],
  ["a pattern that is none", { type: "string", pattern: "(" }, '"b"', ""],
  ["a reference within", { $ref: "#/$defs/p", $defs: { p: person } }, "{}", "schema"],
  ["a reference to elsewhere", { $ref: "https://example.com/person" }, "{}", ""],
  ["an asynchronous schema", { ...person, $async: true }, "{}", ""],
  ["a schema beyond 64 KB", { ...person, description: "x".repeat(65_536) }, "{}", ""],
])("schema: %s", ([, schema, content, failed]) => {
  expect(checkSchema(content, schema)).toBe(failed);
});

test.for<[name: string, schema: object, value: string]>([
  ["a pattern", { pattern: "^(a+)+$" }, `${"a".repeat(40)}b`],
  ["nested choices", explosion, "x"],
])("%s may take for ever, and then counts as passed", ([, schema, value]) => {
  const answer = chat({ content: JSON.stringify(value) });
  const request = asChat(schema);
  const checks: AnswerCheck[] = ["schema"];
  expect(check(answer, { checks, request, by: checkShortly })).toBe("");
  // The next one is checked as if nothing had happened.
  expect(check(answer, { checks, request: asChat({ type: "null" }) })).toBe(
    "schema",
  );
});

test("two schemas of one id are two schemas", () => {
  const $id = "https://example.com/one";
  expect(checkSchema("1", { $id, type: "number" })).toBe("");
  expect(checkSchema("1", { $id, type: "string" })).toBe("schema");
  expect(checkSchema("1", { $ref: $id })).toBe("");
});

test("many schemas are compiled, and the first again", () => {
  for (let most = 0; most < 60; most += 1) {
    expect(checkSchema("60", { maximum: most })).toBe("schema");
  }
  expect(checkSchema("0", { maximum: 0 })).toBe("");
});

test.for<[path: string, answer: object, request: object]>([
  [
    "/responses",
    responses([spoken("{}")]),
    { text: { format: { type: "json_schema", name: "s", schema: person } } },
  ],
  [
    "/messages",
    messages([text("{}")]),
    { output_config: { format: { type: "json_schema", schema: person } } },
  ],
])("the schema of %s is found", ([path, answer, request]) => {
  expect(check(answer, { path, request })).toBe("schema");
});
