/**
 * Wraps a costly read that any request may cause: callers within `maxAgeMs` share one run and its
 * result. A failed run is not kept.
 */
export function coalesce<Value>(
  read: () => Promise<Value>,
  maxAgeMs: number,
): () => Promise<Value> {
  let shared: Promise<Value> | undefined;
  let startedAt = 0;
  return () => {
    if (shared && performance.now() - startedAt < maxAgeMs) return shared;
    startedAt = performance.now();
    const running = read();
    shared = running;
    running.catch(() => {
      if (shared === running) shared = undefined;
    });
    return running;
  };
}
