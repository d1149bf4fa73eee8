import type { RedisKeys } from "../redis/keys.ts";
import { loadScript } from "../redis/script.ts";

const [leaving, serving] = ["take-jobs", "add-jobs"].map((name) =>
  loadScript(new URL(`./${name}.lua`, import.meta.url)).sha.slice(0, 10),
);

/**
 * The list of the workers with a standing order that this version of the product can serve: what an order says, and what
 * comes of it, may be different in another one.
 */
export function ordersKey(redisKeys: Pick<RedisKeys, "orders">): string {
  return redisKeys.orders(`${leaving}-${serving}`);
}
