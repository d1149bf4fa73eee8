import { Readable, type Transform } from "node:stream";
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from "node:zlib";

/** More layers than any server applies. */
const mostLayers = 3;

/** An answer in an encoding that cannot be read. */
export class UnknownEncodingError extends Error {
  override name = "UnknownEncodingError";
}

/**
 * Decodes the content encodings of a body; some servers apply them unasked.
 *
 * @param encoding the header's value: `gzip`, `deflate`, `br`, `zstd`, or several.
 * @throws {UnknownEncodingError} for any other encoding; malformed data throws while it is read.
 */
export function decodeBody(
  body: AsyncIterable<Buffer>,
  encoding: string | undefined,
): AsyncIterable<Buffer> {
  const layers = (encoding ?? "")
    .toLowerCase()
    .split(",")
    .map((layer) => layer.trim())
    .filter((layer) => layer !== "" && layer !== "identity");
  if (layers.length > mostLayers) throw new UnknownEncodingError();
  // The last one was applied last.
  return layers.reverse().reduce(decodeLayer, body);
}

function decodeLayer(
  body: AsyncIterable<Buffer>,
  encoding: string,
): AsyncIterable<Buffer> {
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return transform(body, () => createGunzip());
    case "deflate":
      // Some servers leave the zlib header out.
      return transform(body, (first) =>
        (first & 0x0f) === 8 ? createInflate() : createInflateRaw(),
      );
    case "br":
      return transform(body, () => createBrotliDecompress());
    case "zstd":
      return transform(body, () => createZstdDecompress());
    default:
      throw new UnknownEncodingError();
  }
}

/** Decodes with the decoder that the first byte asks for; when the reader stops, so does the body. */
async function* transform(
  body: AsyncIterable<Buffer>,
  createDecoder: (firstByte: number) => Transform,
): AsyncGenerator<Buffer, void> {
  const chunks = body[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) return;
  async function* all(): AsyncGenerator<Buffer, void> {
    yield first.value as Buffer;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  const source = Readable.from(all());
  const decoder = createDecoder(first.value[0] ?? 0);
  source.once("error", (error) => decoder.destroy(error));
  try {
    yield* source.pipe(decoder) as AsyncIterable<Buffer>;
  } finally {
    source.destroy();
  }
}
