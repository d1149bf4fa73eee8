import type { IncomingMessage } from "node:http";
import { listProblems } from "@openrouter-free-pool/shared/api/list-problems";
import { z } from "zod";
import { GatewayError } from "../errors/gateway-error.ts";
import { UploadCheck } from "../lines/check-upload.ts";
import type { Storage } from "../storage/open-storage.ts";
import {
  PartWriter,
  readParts,
  removeParts,
  type StoredParts,
} from "../storage/parts.ts";
import { type FileRecord, newFileId } from "./file-record.ts";
import type { FileStore } from "./file-store.ts";
import { receiveUpload } from "./receive-upload.ts";
import {
  type UploadCapacity,
  type UploadShare,
  uploadsFull,
} from "./upload-capacity.ts";

/** The fields of an upload in addition to the file. */
export const uploadFieldsSchema = z.object({
  purpose: z.literal("batch", { error: 'must be "batch"' }),
  "expires_after[anchor]": z.literal("created_at").optional(),
  "expires_after[seconds]": z.coerce
    .number()
    .int()
    .min(3_600)
    .max(2_592_000)
    .optional(),
});

/** Bounds of an upload. */
type UploadLimits = {
  readonly fileBytes: number;
  readonly lineBytes: number;
  readonly lines: number;
  /** How long a file is kept unless the upload says otherwise. */
  readonly ttlMs: number;
};

/** What was stored of an upload. */
type TakenFile = {
  readonly parts: StoredParts;
  /** Number of requests in it. */
  readonly lines: number;
};

/** Stores a multipart request as a file of requests. */
export type StoreUpload = (
  request: IncomingMessage,
  client: {
    /** Id of its client; undefined without client keys. */
    readonly owner: string | undefined;
    /** The name under which unfinished uploads are counted. */
    readonly countedAs: string;
  },
) => Promise<FileRecord>;

/**
 * Builds {@link StoreUpload}; it throws what {@link UploadCapacity} throws. While the upload
 * arrives, the file is written to the storage and its lines are checked; the record is made when
 * everything is valid.
 */
export function createStoreUpload(deps: {
  storage: Storage;
  files: FileStore;
  limits: UploadLimits;
  capacity: UploadCapacity;
}): StoreUpload {
  const { storage, files, limits, capacity } = deps;

  async function take(
    id: string,
    chunks: AsyncIterable<Buffer>,
    share: UploadShare,
  ): Promise<TakenFile> {
    const check = new UploadCheck({
      lineBytes: limits.lineBytes,
      lines: limits.lines,
    });
    const writer = new PartWriter(storage, `files/${id}/0`);
    try {
      for await (const chunk of chunks) {
        check.push(chunk);
        await writer.write(chunk);
        const mayHold = () => share.hold(writer.heldBytes + check.heldBytes);
        if (mayHold()) continue;
        await writer.flush();
        if (!mayHold()) throw uploadsFull();
      }
      const parts = await writer.finish();
      await check.end(() => readParts(storage, parts));
      return { parts, lines: check.lines };
    } catch (error) {
      // A failing storage may fail here, too; the first error is thrown.
      await writer.abandon().catch(() => undefined);
      throw error;
    } finally {
      // The rest of the form is read, but not held.
      share.hold(0);
    }
  }

  async function store(
    request: IncomingMessage,
    owner: string | undefined,
    share: UploadShare,
  ): Promise<FileRecord> {
    const id = newFileId();
    const createdAt = Date.now();
    const drop = ({ parts }: TakenFile) => removeParts(storage, parts);
    const upload = await receiveUpload(request, {
      maxBytes: limits.fileBytes,
      take: (chunks) => take(id, chunks, share),
      drop,
    });
    const fields = uploadFieldsSchema.safeParse(upload.fields);
    if (!fields.success) {
      await drop(upload.content);
      throw new GatewayError("invalid-request", listProblems(fields.error));
    }
    const seconds = fields.data["expires_after[seconds]"];
    const ttlMs = seconds === undefined ? limits.ttlMs : seconds * 1_000;
    const file: FileRecord = {
      id,
      owner,
      filename: upload.filename,
      purpose: "batch",
      createdAt,
      expiresAt: createdAt + ttlMs,
      lines: upload.content.lines,
      content: { kind: "parts", parts: upload.content.parts },
    };
    await files.save(file).catch(async (error: unknown) => {
      await drop(upload.content);
      throw error;
    });
    return file;
  }

  return async function storeUpload(request, { owner, countedAs }) {
    const share = capacity.open(countedAs);
    try {
      return await store(request, owner, share);
    } finally {
      share.close();
    }
  };
}
