/** An operation exceeded its timeout. */
export class TimeoutError extends Error {
  override name = "TimeoutError";
}

/**
 * Waits for a promise, but not longer than `timeoutMs`.
 *
 * @throws {TimeoutError} after `timeoutMs`.
 */
export function withTimeout<Value>(
  answer: Promise<Value>,
  timeoutMs: number,
): Promise<Value> {
  return race(answer, timeoutMs, () => {
    throw new TimeoutError(`No answer within ${timeoutMs} ms`);
  });
}

/** Waits for a promise, but not longer than `timeoutMs`: then the fallback is returned. */
export function withFallback<Value, Fallback>(
  answer: Promise<Value>,
  timeoutMs: number,
  fallback: Fallback,
): Promise<Value | Fallback> {
  return race(answer, timeoutMs, () => fallback);
}

/** The timer does not keep the process alive, and is cleared with the result. */
function race<Value, Late>(
  answer: Promise<Value>,
  timeoutMs: number,
  onTimeout: () => Late,
): Promise<Value | Late> {
  const { promise: timeout, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs).unref();
  return Promise.race([answer, timeout.then(onTimeout)]).finally(() =>
    clearTimeout(timer),
  );
}
