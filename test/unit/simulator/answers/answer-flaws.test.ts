import { describe, expect, it } from "vitest";
import {
  MODEL,
  parseEvents,
  post,
  postWith,
  startForTest,
} from "../harness.ts";

type Choice = {
  finish_reason: string | null;
  message?: { content: string };
  delta?: { content?: string };
};

const SCHEMA = {
  type: "object",
  properties: {
    city: { type: "string" },
    unit: { enum: ["C", "F"] },
    highs: { type: "array", items: { $ref: "#/$defs/high" } },
    note: { anyOf: [{ type: "null" }, { type: "string" }] },
  },
  $defs: { high: { type: "number", minimum: 3 } },
};
const EXAMPLE = { city: "echo: hello", unit: "C", highs: [3], note: null };
const wantsSchema = {
  response_format: {
    type: "json_schema",
    json_schema: { name: "weather", schema: SCHEMA },
  },
};

async function readChoice(response: Response): Promise<Choice | undefined> {
  return ((await response.json()) as { choices: Choice[] }).choices[0];
}

async function readStream(response: Response): Promise<[string, unknown]> {
  const events = parseEvents(await response.text());
  const choices = events
    .filter((event) => event !== "[DONE]")
    .map((event) => (event as { choices: Choice[] }).choices[0]);
  const text = choices.map((choice) => choice?.delta?.content ?? "").join("");
  const reasons = choices.map((choice) => choice?.finish_reason);
  return [text, reasons.find((reason) => typeof reason === "string")];
}

describe("JSON that is asked for", () => {
  it("fits its schema, in every form", async () => {
    const simulator = await startForTest();
    const format = { type: "json_schema", schema: SCHEMA };
    const chat = await readChoice(await post(simulator, wantsSchema));
    expect(JSON.parse(chat?.message?.content ?? "")).toEqual(EXAMPLE);
    const other = await post(
      simulator,
      { text: { format } },
      { path: "/responses" },
    );
    const { output } = (await other.json()) as {
      output: { content: { text: string }[] }[];
    };
    expect(JSON.parse(output[0]?.content[0]?.text ?? "")).toEqual(EXAMPLE);
    const messages = await post(
      simulator,
      { output_config: { format } },
      { path: "/messages" },
    );
    const { content } = (await messages.json()) as {
      content: { text: string }[];
    };
    expect(JSON.parse(content[0]?.text ?? "")).toEqual(EXAMPLE);
  });

  it("is any object without a schema, and streamed as well", async () => {
    const simulator = await startForTest();
    const body = { response_format: { type: "json_object" }, stream: true };
    const [text] = await readStream(await post(simulator, body));
    expect(JSON.parse(text)).toEqual({ text: "echo: hello" });
  });
});

describe("a flawed answer", () => {
  it.each([
    ["empty", "", "stop"],
    ["cut", "{", "length"],
    ["text", "echo: hello", "stop"],
    ["wrong-schema", '{"unexpected":true}', "stop"],
  ] as const)(
    "is %s by a model's setting or by a fault",
    async (flaw, start, reason) => {
      const simulator = await startForTest({
        models: { [MODEL]: { answers: flaw } },
      });
      const plain = await readChoice(await post(simulator, wantsSchema));
      const struck = await readChoice(
        await postWith(
          simulator,
          { kind: `${flaw}-content` },
          { ...wantsSchema, model: "a/b:free" },
        ),
      );
      const stream = { ...wantsSchema, stream: true };
      const [text, streamedReason] = await readStream(
        await post(simulator, stream),
      );
      expect(struck).toEqual(plain);
      expect(plain?.finish_reason).toBe(reason);
      expect(streamedReason).toBe(reason);
      for (const content of [plain?.message?.content ?? "?", text]) {
        if (flaw !== "cut") expect(content).toBe(start);
        else {
          expect(content.startsWith(start)).toBe(true);
          expect(() => JSON.parse(content)).toThrow();
        }
      }
      const kinds = (await simulator.calls()).map(({ kind }) => kind);
      expect(new Set(kinds)).toEqual(new Set([`${flaw}-content`]));
    },
  );

  it("is cut in the words of the other forms", async () => {
    const simulator = await startForTest({ fault: { kind: "cut-content" } });
    const read = async (path: string) =>
      (await post(simulator, { prompt: "hi", input: "hi" }, { path })).json();
    expect(await read("/messages")).toMatchObject({
      stop_reason: "max_tokens",
    });
    expect(await read("/responses")).toMatchObject({
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
    });
    expect(await read("/completions")).toMatchObject({
      choices: [{ finish_reason: "length" }],
    });
  });

  it("may strike with a probability", async () => {
    const simulator = await startForTest({
      fault: {
        kind: "percent",
        percent: 100,
        fault: { kind: "empty-content" },
      },
    });
    const choice = await readChoice(await post(simulator));
    expect(choice?.message?.content).toBe("");
  });

  it("leaves the call of a tool alone", async () => {
    const simulator = await startForTest({
      models: { [MODEL]: { answers: "empty" } },
    });
    const choice = await readChoice(
      await post(simulator, {
        messages: [{ role: "user", content: "use tool" }],
        tools: [{ type: "function", function: { name: "look" } }],
      }),
    );
    expect(choice?.finish_reason).toBe("tool_calls");
  });
});
