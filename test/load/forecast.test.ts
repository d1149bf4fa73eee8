import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, inject, test } from "vitest";
import { burst, chat, countStatuses } from "../support/clients/chat.ts";
import { type Stack, startStack } from "../support/processes/stack.ts";

let stack: Stack | undefined;
afterEach(() => stack?.stop());

test("a refused client is told when it would have had its turn", async ({
  annotate,
}) => {
  stack = await startStack({
    redisUrl: inject("redisUrl"),
    accounts: 2,
    perMinute: 10,
    windowMs: 2_000,
    workers: 2,
    // A busy machine must not make OpenRouter's stand-in refuse anything here.
    guardMs: 400,
  });
  const { url } = stack;
  // Five windows of work.
  const bursts = [burst(url, 120)];
  for (const [pauseMs, more] of [
    [1_500, 60],
    [2_000, 0],
  ] as const) {
    await sleep(pauseMs);
    // It renews the gateway's view, as steady traffic does.
    await fetch(`${url}/ready`);
    const sentAt = performance.now();
    const [refused, waitedMs] = await Promise.all([
      chat(url, { headers: { "x-max-wait-ms": "500" } }),
      // One that stands at the same place and waits.
      chat(url).then(() => performance.now() - sentAt),
    ]);
    const statedMs = Number(refused.headers.get("retry-after")) * 1_000;
    await annotate(`stated ${statedMs} ms, it took ${Math.round(waitedMs)} ms`);
    expect(refused.status).toBe(429);
    expect(refused.text).toContain("All API keys are rate limited");
    // Whole seconds, rounded up.
    expect(statedMs).toBeGreaterThan(waitedMs * 0.8 - 500);
    expect(statedMs).toBeLessThan(waitedMs * 1.2 + 1_000);
    bursts.push(burst(url, more));
  }
  const results = (await Promise.all(bursts)).flat();
  expect(countStatuses(results)).toEqual({ 200: 180 });
});
