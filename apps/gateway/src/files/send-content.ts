import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Response } from "express";
import type { Storage } from "../storage/open-storage.ts";
import type { FileRecord } from "./file-record.ts";
import { readContent } from "./read-content.ts";

/** Answers with a file as a download. */
export async function sendContent(
  response: Response,
  storage: Storage,
  file: FileRecord,
): Promise<void> {
  response.attachment(file.filename || file.id);
  response.type("application/octet-stream");
  if (file.content.kind === "parts") {
    response.set("Content-Length", String(file.content.parts.bytes));
  }
  try {
    await pipeline(Readable.from(readContent(storage, file)), response);
  } catch (error) {
    // A client that goes away while it reads is nobody's fault.
    if (!response.destroyed) throw error;
  }
}
