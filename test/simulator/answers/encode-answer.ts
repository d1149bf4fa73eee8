import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import type { ContentEncoding } from "../faults/faults.ts";
import type { HttpAnswer } from "./http-answer.ts";

const encoders: Record<ContentEncoding, (body: Buffer) => Buffer> = {
  gzip: (body) => gzipSync(body),
  deflate: (body) => deflateSync(body),
  "deflate-raw": (body) => deflateRawSync(body),
  br: (body) => brotliCompressSync(body),
  zstd: (body) => zstdCompressSync(body),
};

/** Encodes a body that nobody asked to have encoded. */
export function encodeAnswer(
  answer: HttpAnswer,
  encoding: ContentEncoding | undefined,
): HttpAnswer {
  if (encoding === undefined) return answer;
  const label = encoding === "deflate-raw" ? "deflate" : encoding;
  return {
    ...answer,
    headers: { ...answer.headers, "Content-Encoding": label },
    body: encoders[encoding](Buffer.from(answer.body)),
  };
}
