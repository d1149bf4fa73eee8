/** There is no Redis, and none can be started; the message says what to do. */
export class NoRedisError extends Error {
  override name = "NoRedisError";
}
