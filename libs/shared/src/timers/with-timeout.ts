/**
 * Waits for Redis, but not for ever: a server that hangs never answers.
 *
 * @throws {Error} after `patienceMs`.
 */
export function inTime<Value>(
  answer: Promise<Value>,
  patienceMs: number,
): Promise<Value> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`Redis did not answer within ${patienceMs} ms`)),
    patienceMs,
  );
  return Promise.race([answer, tooLate]).finally(() => clearTimeout(timer));
}
