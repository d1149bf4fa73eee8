/** An event longer than this is passed on in parts. */
const longestHeldBytes = 128 * 1024;

/**
 * Where the last whole event (or comment) ends: the index behind its blank line,
 * 0 when there is none. Lines end in LF or CRLF.
 */
function findLastBoundary(bytes: Buffer): number {
  const lf = bytes.lastIndexOf("\n\n");
  const crlf = bytes.lastIndexOf("\r\n\r\n");
  return Math.max(lf < 0 ? 0 : lf + 2, crlf < 0 ? 0 : crlf + 4);
}

/** Where the first whole event (or comment) ends; 0 when it is not whole yet. */
export function findFirstBoundary(bytes: Buffer): number {
  const lf = bytes.indexOf("\n\n");
  const crlf = bytes.indexOf("\r\n\r\n");
  const ends = [lf < 0 ? 0 : lf + 2, crlf < 0 ? 0 : crlf + 4].filter(Boolean);
  return ends.length === 0 ? 0 : Math.min(...ends);
}

/**
 * Passes bytes on in whole events, so that a stream that breaks off does not leave
 * half an event behind.
 */
export async function* toWholeEvents(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const end =
      bytes.length > longestHeldBytes ? bytes.length : findLastBoundary(bytes);
    if (end > 0) yield bytes.subarray(0, end);
    held = bytes.subarray(end);
  }
  // The stream has come to its own end: the rest is its last event.
  if (held.length > 0) yield held;
}
