/** There is no Redis and none can be had; the message tells a person what to do. */
export class NoRedisError extends Error {
  override name = "NoRedisError";
}
