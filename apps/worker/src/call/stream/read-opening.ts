import { findFirstBoundary } from "./event-boundary.ts";

/** A first event that is longer than this is taken for a good one. */
const longestFirstEventBytes = 1024 * 1024;

/** What a stream begins with. */
export type Opening =
  /** A good event; `bytes` begin with it. */
  | { readonly kind: "event"; readonly bytes: Buffer }
  /** An error that came as the first event; `body` is its JSON. */
  | { readonly kind: "error"; readonly body: Buffer }
  /** The stream ended without any event. */
  | { readonly kind: "empty" };

/**
 * Reads up to the first event, which decides whether the call counts.
 *
 * @param onComments gets the comments in front of it, each whole.
 */
export async function readOpening(
  chunks: AsyncIterator<Buffer>,
  onComments: (bytes: Buffer) => Promise<void>,
): Promise<Opening> {
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const end = findFirstBoundary(bytes);
    if (end === 0 && bytes.length <= longestFirstEventBytes) {
      const { value, done } = await chunks.next();
      if (done) return judgeLastBytes(bytes);
      bytes = Buffer.concat([bytes, value]);
      continue;
    }
    const block = bytes.subarray(0, end);
    const data = readData(block.toString());
    if (end === 0 || data !== undefined) return judge(bytes, data ?? "");
    await onComments(block);
    bytes = bytes.subarray(end);
  }
}

function judgeLastBytes(bytes: Buffer): Opening {
  const data = readData(bytes.toString());
  return data === undefined ? { kind: "empty" } : judge(bytes, data);
}

function judge(bytes: Buffer, data: string): Opening {
  if (data.trim() === "[DONE]") return { kind: "empty" };
  return isError(data)
    ? { kind: "error", body: Buffer.from(data) }
    : { kind: "event", bytes };
}

/** The joined `data` of one event; undefined when it has none (a comment). */
function readData(block: string): string | undefined {
  const lines = block.split(/\r?\n/).filter((line) => line.startsWith("data:"));
  return lines.length === 0
    ? undefined
    : lines.map((line) => line.slice(5).trimStart()).join("\n");
}

function isError(data: string): boolean {
  // Parsing every first event would be wasteful: most say nothing of an error.
  if (!data.includes('"error"')) return false;
  try {
    const { error, choices, response, type } = JSON.parse(data);
    return Boolean(
      error || choices?.[0]?.error || response?.error || type === "error",
    );
  } catch {
    return false;
  }
}
