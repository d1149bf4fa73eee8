import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Request, Response } from "express";
import type { Storage } from "../storage/open-storage.ts";
import { readPartsBetween, type StoredParts } from "../storage/parts.ts";
import type { FileRecord } from "./file-record.ts";
import { readContent } from "./read-content.ts";
import { requestedRange } from "./requested-range.ts";

/**
 * Answers with a file as a download, or with the range of it that was asked for.
 *
 * @throws {GatewayError} `range-not-satisfiable`.
 */
export async function sendContent(
  request: Request,
  response: Response,
  { storage, file }: { storage: Storage; file: FileRecord },
): Promise<void> {
  const { content } = file;
  const chunks =
    content.kind === "parts"
      ? prepareParts(request, response, { storage, file, parts: content.parts })
      : // The results of a batch that runs grow: there is no length to take a range of.
        readContent(storage, file);
  response.attachment(file.filename || file.id);
  response.type("application/octet-stream");
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  try {
    await pipeline(Readable.from(chunks), response);
  } catch (error) {
    // A client that goes away while it reads is nobody's fault.
    if (!response.destroyed) throw error;
  }
}

function prepareParts(
  request: Request,
  response: Response,
  of: { storage: Storage; file: FileRecord; parts: StoredParts },
): AsyncIterable<Buffer> {
  const { storage, file, parts } = of;
  // The content of an id never changes.
  const etag = `"${file.id}"`;
  const validators = { etag, modifiedAt: file.createdAt };
  const range = requestedRange(request, parts.bytes, validators);
  response.set({
    "Accept-Ranges": "bytes",
    ETag: etag,
    "Last-Modified": new Date(file.createdAt).toUTCString(),
  });
  if (range === undefined) {
    response.set("Content-Length", String(parts.bytes));
    return readContent(storage, file);
  }
  const { start, end } = range;
  response.status(206).set({
    "Content-Range": `bytes ${start}-${end}/${parts.bytes}`,
    "Content-Length": String(end - start + 1),
  });
  return readPartsBetween(storage, parts, range);
}
