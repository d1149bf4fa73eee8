import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { projectRoot } from "../../../scripts/project-root.ts";
import { chat } from "../../support/clients/chat.ts";
import { compileCache } from "../../support/processes/compile-cache.ts";
import { startStack } from "../../support/processes/stack.ts";
import {
  privateRedisAvailable,
  startPrivateRedis,
} from "../../support/redis/redis.ts";
import { until } from "../../support/until.ts";

beforeEach((context) => {
  if (!privateRedisAvailable()) context.skip("needs redis-server on the PATH");
});

type Refusal = {
  answer: string;
  begin: (redis: Redis) => Promise<unknown>;
  end: (redis: Redis) => Promise<unknown>;
};

const setting = (
  answer: string,
  name: string,
  [begin, end]: [string, string],
): Refusal => ({
  answer,
  begin: (redis) => redis.config("SET", name, begin),
  end: (redis) => redis.config("SET", name, end),
});

const refusals: Refusal[] = [
  setting("WRONGPASS", "requirepass", ["another", "secret"]),
  setting("NOREPLICAS", "min-replicas-to-write", ["1", "0"]),
  setting("OOM", "maxmemory", ["1", "0"]),
  {
    answer: "READONLY",
    begin: (redis) => redis.replicaof("127.0.0.1", 1),
    end: (redis) => redis.replicaof("NO", "ONE"),
  },
];

/** What is said about a worker's start, in order. */
const waiting = "Redis refuses commands: the worker waits for it";
const goesOn = "Redis takes commands again: the worker goes on";

async function startRefused({ begin }: Refusal) {
  const server = await startPrivateRedis({ args: ["--requirepass", "secret"] });
  onTestFinished(() => server.stop());
  const url = server.url.replace("://", "://:secret@");
  const operator = new Redis(url);
  onTestFinished(() => operator.disconnect());
  const stack = await startStack({ redisUrl: url, workers: 0, gateways: 0 });
  onTestFinished(() => stack.stop());
  await begin(operator);
  return { operator, stack };
}

test.for(refusals)(
  "a worker and a gateway that start while Redis answers $answer wait for it",
  async (refusal) => {
    const { operator, stack } = await startRefused(refusal);
    const { said } = spawnWorker(stack.env);
    const gateway = await stack.startGateway();
    // READONLY makes every connection look for another server, without a word.
    const isSaid = refusal.answer !== "READONLY";
    await until("the worker is refused", () =>
      said().includes(isSaid ? waiting : "is served"),
    );
    await sleep(1_500);
    await refusal.end(operator);
    await until("the worker is ready", () => said().includes("is ready"));
    expect((await chat(gateway.url)).status).toBe(200);

    const lines = said().split("\n");
    const refused = lines.filter((line) => line.includes(waiting));
    expect(refused.length).toBe(isSaid ? 1 : 0);
    expect(refused.join()).toMatch(isSaid ? refusal.answer : "");
    const goingOn = lines.filter((line) => line.includes(goesOn));
    expect(goingOn.length).toBe(isSaid ? 1 : 0);
    await until("both listen to all that they hear of at once", async () => {
      const channels = await operator.pubsub("CHANNELS", `*${stack.prefix}*`);
      return channels.length === 8;
    });
  },
);

test("a worker that waits for a Redis that refuses its commands ends when it is told to", async () => {
  for (const refusal of refusals) {
    const { stack } = await startRefused(refusal);
    const { child, said } = spawnWorker(stack.env);
    await until("it serves its health", () => said().includes("is served"));
    await sleep(1_000);
    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    expect(`${refusal.answer} ${code}`).toBe(`${refusal.answer} 0`);
    expect(said()).not.toContain('"fatal"');
  }
});

function spawnWorker(env: Record<string, string>) {
  const child = spawn(
    process.execPath,
    [join(projectRoot, "apps/worker/src/main.ts")],
    {
      cwd: tmpdir(),
      env: { PATH: process.env.PATH, ...compileCache, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  return { child, said: () => output };
}
