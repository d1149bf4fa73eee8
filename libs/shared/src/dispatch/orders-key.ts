import type { RedisKeys } from "../redis/keys.ts";
import { loadScript } from "../redis/script.ts";

/** An order is a call of this script: one of another version may want other arguments. */
const version = loadScript(new URL("./take.lua", import.meta.url)).sha;

/** The list of the workers whose standing orders this version of the product can serve. */
export function ordersKey(redisKeys: Pick<RedisKeys, "orders">): string {
  return redisKeys.orders(version);
}
