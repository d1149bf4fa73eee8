import { TextDecoder } from "node:util";
import { say } from "../words/say.ts";
import { inputError } from "./input-error.ts";

/** Encodings that begin with a mark of their own. */
const byteOrderMarks: readonly [encoding: string, mark: Buffer][] = [
  ["utf-8", Buffer.from([0xef, 0xbb, 0xbf])],
  ["utf-16le", Buffer.from([0xff, 0xfe])],
  ["utf-16be", Buffer.from([0xfe, 0xff])],
];

/** Number of first bytes to read: enough for any mark. */
const markBytes = 3;

/**
 * Decodes an input as text. Bytes that are invalid in the encoding are refused, never replaced.
 *
 * @param encoding a label of the WHATWG Encoding Standard, such as `latin1` or `gbk`; without it the
 *   byte order mark decides, else UTF-8.
 * @throws {CliError} when the bytes are invalid.
 */
export async function* decodeInput(
  chunks: AsyncIterable<Buffer>,
  encoding: string | undefined,
): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    if (!decoder) {
      held = Buffer.concat([held, chunk]);
      if (held.length < markBytes) continue;
      decoder = createDecoder(encoding, held);
      yield decode(decoder, held);
    } else {
      yield decode(decoder, chunk);
    }
  }
  if (decoder) yield decode(decoder);
  else yield decode(createDecoder(encoding, held), held, { isLast: true });
}

/** Whether a name is a supported encoding. */
export function isEncoding(name: string): boolean {
  try {
    return Boolean(new TextDecoder(name, { fatal: true }));
  } catch {
    return false;
  }
}

function createDecoder(
  encoding: string | undefined,
  beginning: Buffer,
): TextDecoder {
  const marked = byteOrderMarks.find(([, mark]) =>
    beginning.subarray(0, mark.length).equals(mark),
  );
  return new TextDecoder(encoding ?? marked?.[0] ?? "utf-8", { fatal: true });
}

function decode(
  decoder: TextDecoder,
  bytes: Buffer = Buffer.alloc(0),
  { isLast = bytes.length === 0 } = {},
): string {
  try {
    return decoder.decode(bytes, { stream: !isLast });
  } catch (cause) {
    throw inputError(
      say("input.encoding", { encoding: decoder.encoding.toUpperCase() }),
      cause,
    );
  }
}
