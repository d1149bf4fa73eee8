import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { testModel } from "../clients/chat.ts";
import { readPoolStatus } from "../clients/pool-status.ts";
import { send } from "../clients/send.ts";
import { startPrivateRedis } from "../redis/redis.ts";
import { until } from "../until.ts";
import { startStack } from "./stack.ts";

/** What became of background requests whose gateway and Redis were ended without warning. */
export type CrashReport = {
  readonly answered: number;
  readonly inFlightAtKill: number;
  /** Calls above one for each request. */
  readonly callsTwice: number;
  /** From the kill to the last answer, in ms. */
  readonly lastMs: number;
};

/**
 * Kills the gateway that leads `count` background requests while some are at OpenRouter,
 * and Redis with it, and waits for all answers at the other gateway.
 */
export async function crashBackground(
  count: number,
  inFlight: number,
): Promise<CrashReport> {
  const redis = await startPrivateRedis({ appendonly: true });
  onTestFinished(() => redis.stop());
  const stack = await startStack({
    redisUrl: redis.url,
    accounts: 2,
    perMinute: inFlight / 2,
    windowMs: 4_000,
    perDay: 100_000,
    gateways: 2,
    simulator: { latencyMs: 3_000 },
  });
  onTestFinished(() => stack.stop());
  const [doomed, survivor] = stack.gateways;
  if (!doomed || !survivor) throw new Error("Two gateways were asked for");

  const ids = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const { status, text } = await ask(doomed.url, `request-${index}`);
      if (status !== 200) throw new Error(`Refused: ${status} ${text}`);
      return (JSON.parse(text) as { id: string }).id;
    }),
  );
  const inFlightAtKill = await until("calls are in flight", async () => {
    const { inFlight: now } = await stack.simulator.summary();
    const { queue } = await readPoolStatus(survivor.url);
    return now >= inFlight && queue.waiting > 0 ? now : undefined;
  });
  // The promise is on disk: Redis writes its file once a second.
  await sleep(1_100);
  await Promise.all([doomed.kill(), redis.kill()]);
  const killedAt = performance.now();
  await redis.restart();

  let answered = 0;
  for (const id of ids) {
    await until(
      `${id} is answered`,
      async () => {
        const url = `${survivor.url}/v1/responses/${id}`;
        const response = await fetch(url).catch(() => undefined);
        if (!response?.ok) return false;
        const { status } = (await response.json()) as { status: string };
        return status === "completed";
      },
      120_000,
    );
    answered += 1;
  }
  const lastMs = performance.now() - killedAt;
  const { total } = await stack.simulator.summary();
  return { answered, inFlightAtKill, callsTwice: total - count, lastMs };
}

function ask(url: string, user: string) {
  const body = { model: testModel, input: "Hello", background: true, user };
  return send(`${url}/v1/responses`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
