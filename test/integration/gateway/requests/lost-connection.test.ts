import type { AddressInfo } from "node:net";
import express from "express";
import { expect, onTestFinished, test } from "vitest";
import { createHandleErrors } from "../../../../apps/gateway/src/middleware/handle-errors.ts";
import { connectRedis } from "../../../../libs/shared/src/redis/connect.ts";
import { send } from "../../../support/clients/send.ts";
import { logger } from "../../../support/dispatch/gateway-jobs.ts";
import {
  privateRedisAvailable,
  startPrivateRedis,
} from "../../../support/redis/redis.ts";

test("a connection to Redis that is cut while a request uses it gives a 503", async (ctx) => {
  if (!privateRedisAvailable()) ctx.skip("needs redis-server on the PATH");
  const server = await startPrivateRedis();
  const redis = connectRedis(
    { url: server.url },
    { role: "fail-fast", name: "cut", logger },
  );
  redis.on("error", () => undefined);
  const app = express();
  app.get("/", async (_, response) => {
    Object.assign(response.locals, { context: {} });
    response.json(await redis.get("something"));
  });
  app.use(createHandleErrors(logger));
  const listener = app.listen(0, "127.0.0.1");
  onTestFinished(async () => {
    listener.close();
    redis.disconnect();
    await server.stop();
  });
  await new Promise((resolve) => redis.once("ready", resolve));
  const { port } = listener.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  expect(await send(url)).toMatchObject({ status: 200 });

  const closed = new Promise((resolve) => redis.once("close", resolve));
  await server.kill();
  await closed;
  const refused = await send(url);
  expect(refused).toMatchObject({
    status: 503,
    body: { error: { message: "The queue's Redis is unreachable" } },
  });
  expect(refused.headers.get("retry-after")).toBe("5");
});
