import { type Response, Router } from "express";
import type { BatchStore } from "../batches/records/batch-store.ts";
import { GatewayError } from "../errors/gateway-error.ts";
import {
  type FileRecord,
  isFileId,
  toFileObject,
} from "../files/file-record.ts";
import type { FileStore } from "../files/file-store.ts";
import { isServed } from "../files/is-served.ts";
import type { RemoveFile } from "../files/remove-file.ts";
import { sendContent } from "../files/send-content.ts";
import type { StoreUpload } from "../files/store-upload.ts";
import { readPageQuery } from "../listing/page-query.ts";
import { toListObject } from "../listing/read-page.ts";
import { clientOf } from "../middleware/authenticate.ts";
import { allowOnly } from "../middleware/handle-errors.ts";
import type { RedisHealth } from "../redis/redis-health.ts";
import type { Storage } from "../storage/open-storage.ts";

/** How many items a page has. */
export const filePageSizes = { usual: 10_000, most: 10_000 };

/** `/v1/files`: OpenAI's Files API, for the input and the results of batches. */
export function routeFiles(deps: {
  redisHealth: RedisHealth;
  storage: Storage;
  files: FileStore;
  batches: BatchStore;
  storeUpload: StoreUpload;
  removeFile: RemoveFile;
}): Router {
  const { storage, files } = deps;
  const router = Router();

  async function find(id: string, response: Response): Promise<FileRecord> {
    deps.redisHealth.requireUp();
    const file = isFileId(id) ? await files.find(id) : undefined;
    if (!file || !isServed(file, clientOf(response))) {
      throw new GatewayError("not-found", `There is no file ${id}`);
    }
    return file;
  }

  async function describe(file: FileRecord) {
    const { content } = file;
    if (content.kind === "parts") return toFileObject(file);
    const batch = await deps.batches.find(content.batchId);
    const bytes =
      content.of === "output" ? batch?.outputBytes : batch?.errorBytes;
    return toFileObject(file, bytes);
  }

  router.post("/", async (request, response) => {
    deps.redisHealth.requireUp();
    const owner = clientOf(response);
    const countedAs = owner ?? request.ip ?? "unknown";
    const file = await deps.storeUpload(request, { owner, countedAs });
    response.json(toFileObject(file));
  });
  router.get("/", async (request, response) => {
    deps.redisHealth.requireUp();
    const query = readPageQuery(request.query, filePageSizes);
    const { purpose } = request.query;
    const client = clientOf(response);
    const page = await files.list(
      query,
      client,
      (file) =>
        isServed(file, client) &&
        (purpose === undefined || file.purpose === purpose),
    );
    const data = await Promise.all(page.items.map(describe));
    response.json(toListObject(data, page.hasMore));
  });
  router.get("/:id", async (request, response) => {
    response.json(await describe(await find(request.params.id, response)));
  });
  router.get("/:id/content", async (request, response) => {
    const file = await find(request.params.id, response);
    const isRead = await sendContent(request, response, { storage, file });
    if (isRead && file.results) {
      const { batchId, of } = file.results;
      // The client has its file; where that cannot be recorded, it counts as unread.
      await deps.batches.markRead(batchId, of).catch(() => undefined);
    }
  });
  router.delete("/:id", async (request, response) => {
    const { id } = await find(request.params.id, response);
    await deps.removeFile(id);
    response.json({ id, object: "file", deleted: true });
  });
  router.all("/", allowOnly("GET", "POST"));
  router.all("/:id", allowOnly("GET", "DELETE"));
  router.all("/:id/content", allowOnly("GET"));
  return router;
}
