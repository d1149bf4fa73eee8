import fc from "fast-check";

/** Strings that programs stumble over. */
const oddText = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 20 }) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
  fc.constantFrom(
    "",
    "\u0000",
    "\ud800",
    "__proto__",
    "constructor",
    "toString",
    "../../etc/passwd",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "%00",
    "a".repeat(3_000),
    "🤖".repeat(200),
  ),
);

const oddNumber = fc.oneof(
  fc.double(),
  fc.maxSafeInteger(),
  fc.constantFrom(-1, 0, 1e308, 2 ** 53, -0, 0.1),
);

/** Any value, with odd ones more often than chance has them. */
const anything = fc.oneof(
  oddText,
  oddNumber,
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 3 }),
);

/** The value that a member should have, or another one, or none. */
function mostly<Value>(right: fc.Arbitrary<Value>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 6, arbitrary: right },
    { weight: 2, arbitrary: anything },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

const content = fc.oneof(
  { weight: 4, arbitrary: oddText },
  fc.array(
    fc.record({
      type: mostly(fc.constantFrom("text", "image_url", "input_text")),
      text: mostly(oddText),
    }),
    { maxLength: 3 },
  ),
);
const message = fc.record({
  role: mostly(fc.constantFrom("user", "system", "assistant", "tool")),
  content: mostly(content),
});
const model = fc.oneof(
  { weight: 2, arbitrary: oddText },
  fc.constantFrom(
    "openrouter/auto",
    "openai/gpt-4o",
    "pool/auto",
    "a/b:online",
    "@preset/x",
    "~a/b-latest",
  ),
);

/** The members of all dialects; most values are as they should be. */
const members = fc.record(
  {
    model: mostly(model),
    models: mostly(fc.array(model, { maxLength: 3 })),
    messages: mostly(fc.array(message, { maxLength: 3 })),
    input: mostly(content),
    prompt: mostly(oddText),
    stream: mostly(fc.boolean()),
    max_tokens: mostly(fc.nat()),
    tools: mostly(fc.array(fc.record({ type: mostly(oddText) }))),
    plugins: mostly(fc.array(fc.record({ id: mostly(oddText) }))),
    response_format: mostly(fc.record({ type: mostly(oddText) })),
    metadata: mostly(fc.dictionary(oddText, oddText, { maxKeys: 3 })),
    fallbacks: mostly(fc.array(fc.record({ model: mostly(model) }))),
    background: mostly(fc.boolean()),
    user: mostly(oddText),
    input_file_id: mostly(oddText),
    endpoint: mostly(fc.constantFrom("/v1/chat/completions", "/v1/x")),
    completion_window: mostly(fc.constantFrom("24h", "auto", "0h", "-1d")),
  },
  { requiredKeys: [] },
);

/** A text of JSON, and what can happen to it on its way. */
const damage = fc.oneof(
  { weight: 6, arbitrary: fc.constant((text: string) => Buffer.from(text)) },
  fc
    .nat()
    .map(
      (at) => (text: string) => Buffer.from(text.slice(0, at % text.length)),
    ),
  fc
    .tuple(fc.nat(), fc.uint8Array({ maxLength: 4 }))
    .map(([at, bytes]) => (text: string) => {
      const whole = Buffer.from(text);
      const cut = at % (whole.length + 1);
      return Buffer.concat([
        whole.subarray(0, cut),
        bytes,
        whole.subarray(cut),
      ]);
    }),
  fc.constant((text: string) => Buffer.from(`\ufeff${text}`)),
  fc.constant((text: string) => Buffer.from(text, "utf16le")),
  fc
    .constantFrom(100, 300, 20_000)
    .map(
      (depth) => (text: string) =>
        Buffer.from(
          `{"model":"m","messages":${"[".repeat(depth)}${text}${"]".repeat(depth)}}`,
        ),
    ),
  fc.constant((text: string) =>
    Buffer.from(text.replace("{", '{"model":"a","model":{"b":1},')),
  ),
);

/** Bodies of completions, batches and whatever else takes JSON. */
export const jsonBodies: fc.Arbitrary<Buffer> = fc
  .tuple(fc.oneof({ weight: 9, arbitrary: members }, anything), damage)
  .map(([value, harm]) => harm(JSON.stringify(value) ?? ""));
