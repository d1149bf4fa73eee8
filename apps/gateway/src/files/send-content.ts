import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Request, Response } from "express";
import { isClientGone } from "../http/is-client-gone.ts";
import type { Storage } from "../storage/open-storage.ts";
import { readPartsBetween, type StoredParts } from "../storage/parts.ts";
import { isStorageOutage, storageFailed } from "../storage/storage-error.ts";
import type { FileRecord } from "./file-record.ts";
import { readContent } from "./read-content.ts";
import { requestedRange } from "./requested-range.ts";

/** What is sent, with its status and headers. */
type Download = {
  readonly chunks: AsyncIterable<Buffer>;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** How many bytes end with the file's last one; undefined when it is not among them, or may still grow. */
  readonly bytesToTheEnd: number | undefined;
};

/**
 * Answers with a file as a download, or with the requested range of it.
 *
 * @returns whether the client has got the end of a file that does not grow any more.
 *
 * @throws {GatewayError} `range-not-satisfiable`, `storage-failed`; an error of the storage
 * in the middle of the file is thrown as it is.
 */
export async function sendContent(
  request: Request,
  response: Response,
  { storage, file }: { storage: Storage; file: FileRecord },
): Promise<boolean> {
  const { content } = file;
  const { chunks, status, headers, bytesToTheEnd }: Download =
    content.kind === "parts"
      ? prepareParts(request, { storage, file, parts: content.parts })
      : // The results of a batch that runs grow: there is no length to take a range of.
        {
          chunks: readContent(storage, file),
          status: 200,
          headers: {},
          bytesToTheEnd: undefined,
        };
  let sentBytes = 0;
  const source = Readable.from(countBytes());
  // Read before the response is touched: a failing storage gets the status of its error.
  if (request.method !== "HEAD") await waitForFirstChunk(source);
  response.status(status).set(headers);
  response.attachment(file.filename || file.id);
  response.type("application/octet-stream");
  if (request.method === "HEAD") {
    response.end();
    return false;
  }
  try {
    await pipeline(source, response);
    return bytesToTheEnd !== undefined;
  } catch (error) {
    // A pipeline that cannot start leaves its source open.
    source.destroy();
    // A client that goes away is no error, before the first chunk or later.
    if (!isClientGone(error)) throw error;
    // With the last byte a client has the whole length, and may leave before we have closed the file.
    return sentBytes === bytesToTheEnd && request.socket.writableLength === 0;
  }

  async function* countBytes() {
    for await (const chunk of chunks) {
      sentBytes += chunk.length;
      yield chunk;
    }
  }
}

async function waitForFirstChunk(source: Readable): Promise<void> {
  try {
    // Emitted for an empty file, too.
    await once(source, "readable");
  } catch (error) {
    throw isStorageOutage(error) ? storageFailed(error) : error;
  }
}

function prepareParts(
  request: Request,
  of: { storage: Storage; file: FileRecord; parts: StoredParts },
): Download {
  const { storage, file, parts } = of;
  // The content of an id never changes.
  const etag = `"${file.id}"`;
  const validators = { etag, modifiedAt: file.createdAt };
  const range = requestedRange(request, parts.bytes, validators);
  const headers = {
    "Accept-Ranges": "bytes",
    ETag: etag,
    "Last-Modified": new Date(file.createdAt).toUTCString(),
  };
  if (range === undefined) {
    const length = { "Content-Length": String(parts.bytes) };
    const chunks = readContent(storage, file);
    return {
      chunks,
      status: 200,
      headers: { ...headers, ...length },
      bytesToTheEnd: parts.bytes,
    };
  }
  const { start, end } = range;
  const ranged = {
    "Content-Range": `bytes ${start}-${end}/${parts.bytes}`,
    "Content-Length": String(end - start + 1),
  };
  const chunks = readPartsBetween(storage, parts, range);
  return {
    chunks,
    status: 206,
    headers: { ...headers, ...ranged },
    bytesToTheEnd: end === parts.bytes - 1 ? end - start + 1 : undefined,
  };
}
