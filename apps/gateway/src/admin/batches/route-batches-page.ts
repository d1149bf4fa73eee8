import { describeObstacle } from "@openrouter-free-pool/shared/api/describe-obstacle";
import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { type Request, type Response, Router } from "express";
import type { ReadForecasts } from "../../batches/forecast/read-forecasts.ts";
import type { BatchStore } from "../../batches/records/batch-store.ts";
import { resultFileId } from "../../batches/records/result-files.ts";
import type { ClientDirectory } from "../../clients/directory/client-directory.ts";
import type { FileStore } from "../../files/file-store.ts";
import { sendContent } from "../../files/send-content.ts";
import { describeKeys } from "../../pool/keys-status.ts";
import type { PoolWatch } from "../../pool/pool-watch.ts";
import type { RedisHealth } from "../../redis/redis-health.ts";
import type { Storage } from "../../storage/open-storage.ts";
import { say } from "../../words/say.ts";
import type { FindNotice } from "../actions/find-notice.ts";
import { renderPart } from "../pages/render-part.ts";
import { showMessage } from "../pages/show-message.ts";
import { listBatches } from "./list-batches.ts";
import { presentBatch } from "./present-batches.ts";

const shownBatches = 50;
const path = "/admin/batches";

/** `/admin/batches`: the progress of all batches, and their results to download. */
export function routeBatchesPage(deps: {
  redisHealth: RedisHealth;
  clock: RedisClock;
  batches: BatchStore;
  directory: ClientDirectory;
  files: FileStore;
  storage: Storage;
  readForecasts: ReadForecasts;
  poolWatch: PoolWatch;
  limits: RateLimits;
  findNotice: FindNotice;
}): Router {
  const { batches, files, storage, poolWatch, limits } = deps;
  const router = Router();

  async function readList(request: Request) {
    if (!deps.redisHealth.isUp) return undefined;
    const { from } = request.query;
    const after = typeof from === "string" && from !== "" ? from : undefined;
    const list = await listBatches(batches, after, shownBatches);
    const forecastOf = await deps.readForecasts();
    const view = await poolWatch.readRecent();
    const pool = view && describeKeys(view, limits);
    const quotaLeft = pool?.pool.leftToday;
    const obstacle = pool && describeObstacle(pool);
    const now = deps.clock.now();
    return {
      rows: list.batches.map((batch) =>
        presentBatch(batch, {
          now,
          nameOwner: (owner) => deps.directory.nameOf(owner),
          quotaLeft,
          obstacle,
          forecast: forecastOf(batch),
        }),
      ),
      first: after === undefined ? undefined : path,
      next: list.next === undefined ? undefined : linkTo(list.next),
    };
  }

  router.get("/", async (request, response) => {
    const list = await readList(request);
    response.status(list ? 200 : 503).render("batches/page", {
      list,
      notice: await deps.findNotice(request, response),
      now: new Date(),
    });
  });

  router.get("/live", async (request, response) => {
    const list = await readList(request);
    response.json({
      top: list
        ? await renderPart(response, "batches/table", list)
        : await renderPart(response, "admin/no-redis", {}),
      at: new Date().toISOString().slice(11, 19),
    });
  });

  router.get("/:id/:of", async (request, response) => {
    const file = await files.find(fileOf(request));
    if (!file) return showNoResults(response);
    // An operator's look at them does not count as read by their client.
    await sendContent(request, response, { storage, file });
  });
  return router;
}

function linkTo(batchId: string): string {
  return `${path}?${new URLSearchParams({ from: batchId })}`;
}

function fileOf(request: Request): string {
  const { id, of } = request.params;
  return resultFileId(String(id), of === "errors" ? "errors" : "output");
}

function showNoResults(response: Response): void {
  const title = say("batches.noResults");
  const message = say("batches.noResultsDetail");
  showMessage(response, { status: 404, title, message });
}
