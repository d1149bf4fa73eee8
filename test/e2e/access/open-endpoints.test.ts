import { afterEach, expect, test } from "vitest";
import { send } from "../../support/clients/send.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import {
  type PrivateRedis,
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";
import { watchCommands } from "../../support/redis/watch-commands.ts";
import { until } from "../../support/until.ts";

let redis: PrivateRedis | undefined;
let stack: Stack | undefined;
afterEach(async () => {
  await stack?.stop();
  await redis?.stop();
});

const requests = 100;
/** What both pages hold is read again with time, however often it is asked for. */
const commandsOfASecond = 60;

test("whoever asks for /ready and /metrics again and again costs Redis next to nothing", async ({
  skip,
  annotate,
}) => {
  if (!privateRedisAvailable()) skip("needs redis-server on the PATH");
  redis = await startPrivateRedis();
  stack = await startStack({ redisUrl: redis.url });
  const { url } = stack;
  const { counts, stop } = await watchCommands(redis.url);
  const startedAt = performance.now();
  const answers = await Promise.all(
    Array.from({ length: requests }, (_, index) =>
      send(`${url}/${index % 2 === 0 ? "ready" : "metrics"}`),
    ),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  await stop();
  const commands = [...counts.values()].reduce((sum, count) => sum + count, 0);
  await annotate(
    `${requests} requests, ${commands} commands in ${seconds.toFixed(1)} s`,
  );
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(commands).toBeLessThan(requests + commandsOfASecond * seconds);
});

test("/ready says within seconds that no worker is left", async () => {
  if (!privateRedisAvailable()) return;
  redis = await startPrivateRedis();
  stack = await startStack({ redisUrl: redis.url });
  const { url, workers } = stack;
  expect((await send(`${url}/ready`)).status).toBe(200);
  await Promise.all(workers.map((worker) => worker.stop()));
  await until("it says so", async () => {
    const { status } = await send(`${url}/ready`);
    return status === 503;
  });
});
