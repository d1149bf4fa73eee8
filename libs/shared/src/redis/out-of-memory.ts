/** Whether Redis refused to write because its `maxmemory` is reached (it runs with `noeviction`). */
export function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // A transaction only says that it was aborted, and keeps the reasons.
  const { previousErrors = [] } = error as { previousErrors?: unknown[] };
  return /^OOM\b/.test(error.message) || previousErrors.some(isOutOfMemory);
}
