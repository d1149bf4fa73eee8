import { afterEach, expect, inject, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { readPoolStatus } from "../../support/clients/pool-status.ts";
import { send } from "../../support/clients/send.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

test("an OpenRouter that refuses connections is named at the start, and its failed calls use up no slot", async () => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 2,
    env: {
      OPENROUTER_BASE_URL: "http://127.0.0.1:1/api/v1",
      MAX_ATTEMPTS: "2",
    },
  });
  const reason =
    "OpenRouter cannot be reached: 127.0.0.1:1 refuses the connection (ECONNREFUSED)";
  expect(stack.workers[0]?.logged(reason)).toHaveLength(1);
  expect(await send(`${stack.url}/ready`)).toMatchObject({
    status: 200,
    body: {
      warning: reason,
      keys: "None of 2 keys is known to work; 2 not checked (no answer)",
    },
  });

  const answers = await Promise.all(
    Array.from({ length: 5 }, () => chat(url())),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(502));
  const { keys } = await readPoolStatus(url());
  for (const { minute, day } of keys) {
    expect([minute.used, day.used]).toEqual([0, 0]);
  }
});

const url = () => stack?.url ?? "";
