/**
 * The clock of the server that answered, by its `Date` header (whole seconds). Times that an answer
 * states refer to that clock; this machine's may be wrong.
 *
 * @param now this machine's clock, ms since the epoch; trusted within that second.
 */
export function readServerTime(
  headers: Readonly<Record<string, string>>,
  now: number,
): number {
  const second = Date.parse(headers.date ?? "");
  if (Number.isNaN(second)) return now;
  return Math.min(Math.max(now, second), second + 999);
}
