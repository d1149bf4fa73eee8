import { randomBytes } from "node:crypto";
import { toEpochSeconds } from "@openrouter-free-pool/shared/api/epoch-seconds";
import {
  type FileObject,
  filePurposes,
} from "@openrouter-free-pool/shared/api/file-object";
import { z } from "zod";

const partsSchema = z.object({
  folder: z.string(),
  count: z.number(),
  bytes: z.number(),
});

/** A file as it is stored in Redis; its content is in the storage. Times in ms since the epoch. */
export const fileRecordSchema = z.object({
  id: z.string(),
  /** Id of the client that owns it; missing when clients needed no keys. */
  owner: z.string().optional(),
  filename: z.string(),
  purpose: z.enum(filePurposes),
  createdAt: z.number(),
  expiresAt: z.number(),
  /** Requests in it; missing for results, and for uploads to an older gateway. */
  lines: z.number().optional(),
  /** What results these are; missing for uploads, and for results of an older gateway. */
  results: z
    .object({ batchId: z.string(), of: z.enum(["output", "errors"]) })
    .optional(),
  content: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("parts"), parts: partsSchema }),
    /** The results so far of a batch that still runs. */
    z.object({
      kind: z.literal("journal"),
      batchId: z.string(),
      of: z.enum(["output", "errors"]),
    }),
  ]),
});

/** See {@link fileRecordSchema}. */
export type FileRecord = Readonly<z.output<typeof fileRecordSchema>>;

/** Makes an id in OpenAI's form. */
export function newFileId(): string {
  return `file-${randomBytes(16).toString("hex")}`;
}

/** Whether a text can be the id of a file; other texts are not looked up. */
export function isFileId(text: string): boolean {
  return /^file-[0-9a-f]{32}$/.test(text);
}

/** The file object of OpenAI's API. */
export function toFileObject(file: FileRecord, bytesSoFar = 0): FileObject {
  const { content } = file;
  const isWhole = content.kind === "parts";
  return {
    id: file.id,
    object: "file",
    bytes: isWhole ? content.parts.bytes : bytesSoFar,
    created_at: toEpochSeconds(file.createdAt),
    expires_at: toEpochSeconds(file.expiresAt),
    filename: file.filename,
    purpose: file.purpose,
    status: isWhole ? "processed" : "uploaded",
    status_details: null,
  };
}
