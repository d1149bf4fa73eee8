import { pathToFileURL } from "node:url";
import { afterEach, expect, inject, test } from "vitest";
import { projectRoot } from "../../../scripts/project-root.ts";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import {
  operatorHeaders,
  operatorPassword,
} from "../../support/clients/operator.ts";
import { send } from "../../support/clients/send.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import { until } from "../../support/until.ts";

const preload = pathToFileURL(
  `${projectRoot}/test/support/processes/shift-clock.ts`,
);
const elevenMinutes = 660_000;

let stack: Stack | undefined;
afterEach(() => stack?.stop());

function shiftedBy(ms: number): Record<string, string> {
  return {
    NODE_OPTIONS: `--import=${preload.href}`,
    CLOCK_SHIFT_MS: String(ms),
  };
}

/** Two workers whose clocks are 22 minutes apart, and a gateway that is right. */
async function start(
  workers: readonly number[],
  env: Record<string, string> = {},
): Promise<Stack> {
  const running = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 3,
    workers: 0,
    env,
  });
  stack = running;
  for (const ms of workers) {
    const worker = await running.startWorker(shiftedBy(ms));
    const [line] = worker.logged("Worker is ready");
    const aheadMs = Date.parse(String(line?.time)) - Date.now();
    expect(Math.abs(aheadMs - ms)).toBeLessThan(60_000);
  }
  return running;
}

test.each([
  ["ahead", [elevenMinutes]],
  ["behind", [-elevenMinutes]],
  ["ahead and behind", [elevenMinutes, -elevenMinutes]],
] as const)(
  "workers whose clocks are 11 minutes %s answer everything, and say rightly how long it waited",
  async (_, workers) => {
    const { url } = await start(workers);
    const answers = await burst(url, 20);
    expect(countStatuses(answers)).toEqual({ 200: 20 });
    for (const { headers, tookMs } of answers) {
      const queueMs = Number(headers.get("x-queue-time-ms"));
      expect(queueMs).toBeLessThanOrEqual(tookMs + 50);
    }
  },
);

test.each([
  ["ahead", [elevenMinutes]],
  ["behind", [-elevenMinutes]],
  ["ahead and behind", [elevenMinutes, -elevenMinutes]],
] as const)(
  "a delayed request comes back on time with workers whose clocks are 11 minutes %s",
  async (_, workers) => {
    const { url, simulator } = await start(workers);
    await simulator.script([
      { times: 1, fault: { kind: "429-provider-pool", retryAfterSeconds: 3 } },
    ]);
    const answer = await chat(url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-attempts")).toBe("2");
    const calls = await simulator.calls();
    const [first, second] = calls;
    const apartMs = (second?.at ?? 0) - (first?.at ?? 0);
    expect(apartMs).toBeGreaterThanOrEqual(3_000);
    expect(apartMs).toBeLessThan(15_000);
  },
);

test("a gateway whose clock is 11 minutes ahead is served like any other", async () => {
  const running = await start([0]);
  const gateway = await running.startGateway(shiftedBy(elevenMinutes));
  const answers = await burst(gateway.url, 10);
  expect(countStatuses(answers)).toEqual({ 200: 10 });
});

test("the key-pool page of a gateway whose clock is ahead shows true ages of what a worker whose clock is behind did", async () => {
  const running = await start([-elevenMinutes], {
    ADMIN_PASSWORD: operatorPassword,
  });
  const gateway = await running.startGateway(shiftedBy(elevenMinutes));
  await running.simulator.script([
    { times: 1, fault: { kind: "429-account-minute" } },
  ]);
  expect((await chat(gateway.url)).status).toBe(200);
  const page = await until("the page tells of the refusal", async () => {
    const { text } = await send(`${gateway.url}/admin`, {
      headers: operatorHeaders,
    });
    return text.includes("parked; sent on another account") ? text : undefined;
  });
  expect(page).toContain('data-label="Up for"');
  expect(page).not.toMatch(/data-label="Up for">[^<]* min/);
  expect(page).not.toMatch(/\d\d min ago/);
  expect(page).not.toMatch(/-\d+ ms/);
});
