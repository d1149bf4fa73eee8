import { usageObjectSchema } from "@openrouter-free-pool/shared/api/usage-object";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { streamChat } from "../../support/clients/stream-chat.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const figures = ['"unknown"', "{}", "1e999", "-1", "1e30"];
let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 2,
    perMinute: 1_000,
  });
});
afterAll(() => stack?.stop());

const usageOf = (figure: string) =>
  `{"prompt_tokens":${figure},"completion_tokens":3}`;

const choice = '"choices":[{"index":0,"finish_reason":"stop"';

test("whatever stands for a number of tokens, an answer arrives whole, is called once and counted once", async () => {
  const { url, simulator } = stack;
  for (const figure of figures) {
    const marker = `plain ${figure}`;
    const body = `{"id":"gen-1",${choice},"message":{"role":"assistant","content":"fine"}}],"usage":${usageOf(figure)}}`;
    const headers = { "Content-Type": "application/json" };
    await simulator.script([
      {
        match: { marker },
        fault: { kind: "custom", status: 200, headers, body },
      },
    ]);
    const answer = await chat(url, { marker });
    expect({ figure, ...answer }).toMatchObject({ figure, status: 200 });
  }
  for (const figure of figures) {
    const marker = `stream ${figure}`;
    const body = `data: {"choices":[{"index":0,"delta":{"content":"fine"}}]}\n\ndata: {${choice},"delta":{}}],"usage":${usageOf(figure)}}\n\ndata: [DONE]\n\n`;
    const headers = { "Content-Type": "text/event-stream" };
    await simulator.script([
      {
        match: { marker },
        fault: { kind: "custom", status: 200, headers, body },
      },
    ]);
    const { bytes } = await streamChat(`${url}/v1`, { marker });
    expect(bytes.toString()).toContain(body);
  }
  const expected = 2 * figures.length;
  const readUsage = async () => {
    const response = await fetch(`${url}/api/v1/usage`);
    return usageObjectSchema.parse(await response.json()).total;
  };
  await until("all answers are counted", async () => {
    const { answers, calls } = await readUsage();
    return answers === expected && calls === expected;
  });
  // And again and again, if something could not be written.
  await new Promise((resolve) => setTimeout(resolve, 4_500));
  expect(await readUsage()).toMatchObject({
    calls: expected,
    answers: expected,
  });
  expect(await simulator.calls({})).toHaveLength(expected);
});
