import { expect, inject, test } from "vitest";
import { batchInput } from "../../support/clients/batch-input.ts";
import { send } from "../../support/clients/send.ts";
import {
  formPart,
  formType,
  openSocket,
  rawHead,
  readAll,
  statusOf,
} from "../../support/network/raw-http.ts";
import { startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

test("a gateway that stops tells unfinished requests to come again, and waits for none of them", async ({
  onTestFinished,
}) => {
  const stack = await startStack({
    redisUrl: inject("redisUrl"),
    workers: 0,
    // Waiting for them to the end would exit with 1, and past the test's own time.
    env: { SHUTDOWN_GRACE_MS: "90000" },
  });
  onTestFinished(() => stack.stop());
  const unfinished = [
    rawHead("/v1/files", formType, 10_000_000) +
      formPart("file", batchInput(10)),
    `${rawHead("/v1/chat/completions", "application/json", 5_000)}{`,
  ];
  const answers: Promise<string>[] = [];
  for (const sent of [...unfinished, ...unfinished]) {
    const socket = await openSocket(stack.url);
    answers.push(readAll(socket));
    await new Promise((resolve) => socket.write(sent, resolve));
  }
  await until("they have begun to arrive", async () => {
    const { status } = await send(`${stack.url}/health`);
    return status === 200;
  });
  expect(await stack.gateways[0]?.stop()).toBe(0);
  for (const text of await Promise.all(answers)) {
    expect(statusOf(text)).toBe(503);
    expect(text).toContain("Retry-After: 5");
    expect(text).toContain('"reason":"stopping"');
  }
});
