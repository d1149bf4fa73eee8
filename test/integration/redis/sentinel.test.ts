import { setTimeout as sleep } from "node:timers/promises";
import {
  connectRedis,
  disconnectRedis,
} from "@openrouter-free-pool/shared/redis/connect";
import { type Logger, pino } from "pino";
import { expect, onTestFinished, test, vi } from "vitest";
import { privateRedisAvailable } from "../../support/redis/redis.ts";
import {
  groupName,
  startSentinelGroup,
} from "../../support/redis/sentinel-group.ts";
import { until } from "../../support/until.ts";

/** The connection to a lost Sentinel is tried again every five seconds. */
const triedAgainMs = 6_000;

/** Starts a group with a connection that follows its primary, until the test ends. */
async function openFollower(logger: Logger) {
  const group = await startSentinelGroup();
  onTestFinished(() => group.stop());
  const sentinels = group.sentinels.split(",").map((each) => {
    const [host = "", port] = each.split(":");
    return { host, port: Number(port) };
  });
  const redis = connectRedis(
    { sentinels, name: groupName, usesTls: false },
    { role: "durable", name: "follower", logger },
  );
  onTestFinished(() => disconnectRedis(redis));
  expect(await redis.ping()).toBe("PONG");
  return { group, sentinels, redis };
}

test("a Sentinel that is away is told of once, and when it is back; nothing is printed besides", async ({
  skip,
}) => {
  if (!privateRedisAvailable()) skip("needs redis-server on the PATH");
  const lines: { msg: string; level: number; sentinel?: string }[] = [];
  const logger = pino({}, { write: (line) => lines.push(JSON.parse(line)) });
  const printed = vi.spyOn(console, "error");
  onTestFinished(() => printed.mockRestore());
  const { group, sentinels } = await openFollower(logger);

  await group.killSentinel(1);
  await until("it is told of", () => lines.length > 0);
  await sleep(triedAgainMs);
  const sentinel = `127.0.0.1:${sentinels[1]?.port}`;
  const lost = { level: 40, msg: "A Sentinel is unreachable", sentinel };
  expect(lines).toMatchObject([lost]);
  await group.restartSentinel(1);
  await until("it is back", () => lines.length > 1);
  expect(lines).toMatchObject([
    lost,
    { level: 30, msg: "A Sentinel is back", sentinel },
  ]);
  expect(printed).not.toHaveBeenCalled();
});

test("a connection that is asking a Sentinel that hangs survives to hear of the failover from another one", async ({
  skip,
}) => {
  if (!privateRedisAvailable()) skip("needs redis-server on the PATH");
  const { group, redis } = await openFollower(pino({ level: "silent" }));

  // The one that was asked last is asked first.
  group.pauseSentinel(0);
  await group.primary.kill();
  await redis.set("written", "after the failover");
  expect(await group.primaryPort()).toBe(group.replica.port);
  expect(redis.status).toBe("ready");
});
