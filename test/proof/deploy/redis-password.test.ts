import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { chat } from "../../support/clients/chat.ts";
import { startApp } from "../../support/processes/app-process.ts";
import { type Stack, startStack } from "../../support/processes/stack.ts";
import {
  type PrivateRedis,
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";
import { until } from "../../support/until.ts";

// Characters that a URL would take for something else.
const password = "s3cret/with:odd@signs#and%20more?";

let folder: string | undefined;
let redis: PrivateRedis | undefined;
let stack: Stack | undefined;
afterEach(async () => {
  await stack?.stop();
  await redis?.stop();
  if (folder) await rm(folder, { recursive: true });
  folder = redis = stack = undefined;
});

async function writePassword(text: string): Promise<string> {
  folder ??= await mkdtemp(join(tmpdir(), "openrouter-free-pool-secret-"));
  const path = join(folder, `password-${text.length}`);
  await writeFile(path, text);
  return path;
}

test("both apps take Redis's password from a file, and show it nowhere", async (ctx) => {
  if (!privateRedisAvailable()) ctx.skip("needs redis-server on the PATH");
  redis = await startPrivateRedis({ args: ["--requirepass", password] });
  stack = await startStack({
    redisUrl: redis.url,
    env: {
      REDIS_PASSWORD_FILE: await writePassword(`${password}\n`),
      LOG_LEVEL: "trace",
    },
  });
  expect((await chat(stack.url)).status).toBe(200);
  await redis.restart();
  const { url } = stack;
  await until("it serves again", async () => (await chat(url)).status === 200);
  const logs = [...stack.gateways, ...stack.workers].flatMap(
    ({ output }) => output,
  );
  expect(logs.join("\n")).not.toContain("s3cret");
});

test("a wrong password is told in the log without being shown", async (ctx) => {
  if (!privateRedisAvailable()) ctx.skip("needs redis-server on the PATH");
  redis = await startPrivateRedis({ args: ["--requirepass", password] });
  stack = await startStack({
    redisUrl: redis.url,
    workers: 0,
    env: { REDIS_PASSWORD_FILE: await writePassword("wr0ng-secret") },
  });
  const [gateway] = stack.gateways;
  await until("the log says why", () =>
    gateway?.output.some((line) => line.includes("WRONGPASS")),
  );
  expect(gateway?.output.join("\n")).not.toContain("wr0ng-secret");
  const refused = await chat(stack.url);
  expect(refused.status).toBe(503);
  expect(refused.text).not.toContain("wr0ng-secret");
});

test("a password file that is not there stops the process with one line", async () => {
  const env = { REDIS_PASSWORD_FILE: "/no/such/file", PORT: "0" };
  await expect(startApp("gateway", env)).rejects.toThrow(
    'REDIS_PASSWORD_FILE: got "/no/such/file", wants a file that can be read and is not empty',
  );
});
