/** What accounts cost a pool by their number. Figures for `docs/scaling.md`. */
import { Redis } from "ioredis";
import { findOwnRedis } from "../../../scripts/redis/find-redis.ts";
import { measureAccounts } from "./measure-accounts.ts";

const given = process.argv.slice(2).map(Number);
const sizes = given.length > 0 ? given : [100, 1_000, 10_000];

const { url, stop } = await findOwnRedis({ purpose: "bench" });
const redis = new Redis(url);
try {
  for (const accounts of sizes) {
    console.table([await measureAccounts(url, redis, accounts)]);
  }
} finally {
  redis.disconnect();
  await stop();
}
