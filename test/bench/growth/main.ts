/** How the cost of a request grows with what waits, accounts, clients and bodies. */
import { Redis } from "ioredis";
import { installRedis } from "../../../scripts/redis/install-redis.ts";
import { NoRedisError } from "../../../scripts/redis/no-redis-error.ts";
import { startPrivateRedis } from "../../../scripts/redis/private-redis.ts";
import { findRedisBinary } from "../../../scripts/redis/redis-binary.ts";
import { measurePools } from "../measure/measure-acquire.ts";
import { measureBodies } from "./measure-bodies.ts";
import { measureClients } from "./measure-clients.ts";
import { measureWaiting } from "./measure-waiting.ts";
import { printGrowth } from "./print-growth.ts";

const accounts = [10, 100, 1_000, 10_000];

function announce(what: string): void {
  console.error(`Measuring ${what} …`);
}

try {
  const binary = findRedisBinary() ?? (await installRedis());
  // Its own: it is emptied between the sizes.
  const { url, stop } = await startPrivateRedis({ binary, appendonly: true });
  const redis = new Redis(url);
  try {
    announce("requests that wait");
    const waiting = await measureWaiting(url, redis);
    announce("accounts");
    const slots = await measurePools(
      redis,
      accounts.map((each) => ({ accounts: each })),
    );
    announce("clients");
    const clients = await measureClients(url, redis);
    announce("bodies");
    const bodies = await measureBodies(url, redis);
    const growth = { waiting, accounts: slots, clients, bodies };
    printGrowth(growth, process.argv.includes("--markdown"));
  } finally {
    redis.disconnect();
    await stop();
  }
} catch (error) {
  if (!(error instanceof NoRedisError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
