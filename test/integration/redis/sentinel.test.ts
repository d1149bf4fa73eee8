import {
  connectRedis,
  disconnectRedis,
} from "@openrouter-free-pool/shared/redis/connect";
import { pino } from "pino";
import { expect, test } from "vitest";
import { privateRedisAvailable } from "../../support/redis/redis.ts";
import {
  groupName,
  startSentinelGroup,
} from "../../support/redis/sentinel-group.ts";

test("a connection that is asking a Sentinel that hangs survives to hear of the failover from another one", async ({
  onTestFinished,
  skip,
}) => {
  if (!privateRedisAvailable()) skip("needs redis-server on the PATH");
  const group = await startSentinelGroup();
  onTestFinished(() => group.stop());
  const sentinels = group.sentinels.split(",").map((each) => {
    const [host = "", port] = each.split(":");
    return { host, port: Number(port) };
  });
  const redis = connectRedis(
    { sentinels, name: groupName, usesTls: false },
    { role: "durable", name: "follower", logger: pino({ level: "silent" }) },
  );
  onTestFinished(() => disconnectRedis(redis));
  expect(await redis.ping()).toBe("PONG");

  // The one that was asked last is asked first.
  group.pauseSentinel(0);
  await group.primary.kill();
  await redis.set("written", "after the failover");
  expect(await group.primaryPort()).toBe(group.replica.port);
  expect(redis.status).toBe("ready");
});
