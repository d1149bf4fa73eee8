import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { send } from "../../support/clients/send.ts";
import { startApp } from "../../support/processes/app-process.ts";
import { startPrivateRedis } from "../../support/redis/redis.ts";
import { until } from "../../support/until.ts";

test("a database that Redis does not have, or that its user may not use, is no other one", async () => {
  const redis = await startPrivateRedis();
  onTestFinished(() => redis.stop());
  const operator = new Redis(redis.url);
  onTestFinished(async () => void (await operator.quit()));
  const rights = ["on", ">secret", "~*", "&*", "+@all", "-select"];
  await operator.acl("SETUSER", "bound", ...rights);
  const { host } = new URL(redis.url);

  for (const url of [`redis://${host}/99`, `redis://bound:secret@${host}/1`]) {
    const gateway = await startApp("gateway", {
      REDIS_URL: url,
      PORT: "0",
      OPENROUTER_BASE_URL: "http://127.0.0.1:1",
    });
    onTestFinished(() => gateway.kill());
    const { port } = gateway.ready as { port: number };
    await until("it says so", () =>
      gateway.output.some((line) => line.includes("Redis is unreachable")),
    );
    const { status, body } = await send(`http://127.0.0.1:${port}/ready`);
    expect(status).toBe(503);
    expect(body).toMatchObject({ reason: expect.stringContaining("Redis") });
    expect(await operator.dbsize()).toBe(0);
  }
});
