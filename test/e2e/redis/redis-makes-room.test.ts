import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { burst, chat, countStatuses } from "../../support/clients/chat.ts";
import { send } from "../../support/clients/send.ts";
import { startStack } from "../../support/processes/stack.ts";
import {
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";
import { until } from "../../support/until.ts";

test("Redis that finished requests and kept answers have filled is made free by a gateway", async (context) => {
  if (!privateRedisAvailable()) context.skip("needs redis-server on the PATH");
  const redis = await startPrivateRedis({ appendonly: false });
  context.onTestFinished(() => redis.stop());
  const operator = new Redis(redis.url);
  context.onTestFinished(() => operator.disconnect());
  const stack = await startStack({
    redisUrl: redis.url,
    perMinute: 1_000,
    perDay: 10_000,
    env: {
      KEEP_PAYLOADS: "true",
      KEEP_FINISHED_BYTES: "1gb",
      RESPONSE_CACHE_TTL_SECONDS: "600",
    },
  });
  context.onTestFinished(() => stack.stop());
  const before = Number(
    /used_memory:(\d+)/.exec(await operator.info("memory"))?.[1],
  );
  const content = "long ".repeat(10_000);
  const answers = await burst(stack.url, 100, (index) => ({
    content: `${index} ${content}`,
  }));
  expect(countStatuses(answers)).toEqual({ 200: 100 });

  await operator.config("SET", "maxmemory", String(before + 1_500_000));
  await until(
    "a gateway makes room",
    () =>
      stack.gateways[0]?.logged(
        "Redis is full: removed finished requests and kept answers",
      )[0],
  );
  await until("it is ready again", async () => {
    const { status } = await send(`${stack.url}/ready`);
    return status === 200;
  });
  expect((await chat(stack.url)).status).toBe(200);
  const [line] = stack.gateways[0]?.logged(
    "Redis is full: removed finished requests and kept answers",
  ) ?? [{}];
  expect(line).toMatchObject({ finished: 100, answers: 100 });
});
