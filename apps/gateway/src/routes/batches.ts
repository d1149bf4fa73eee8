import { type Request, type Response, Router } from "express";
import type { CreateBatch } from "../batches/creation/create-batch.ts";
import type { ReadForecasts } from "../batches/forecast/read-forecasts.ts";
import { toBatchObject } from "../batches/records/batch-object.ts";
import {
  type BatchRecord,
  isBatchId,
} from "../batches/records/batch-record.ts";
import type { BatchStore } from "../batches/records/batch-store.ts";
import type { RetryBatch } from "../batches/retry/retry-batch.ts";
import type { BodyBudget } from "../bodies/body-budget.ts";
import { bodyOf, readJsonBody } from "../bodies/read-json-body.ts";
import { maySee } from "../clients/ownership.ts";
import { GatewayError } from "../errors/gateway-error.ts";
import { readPageQuery } from "../listing/page-query.ts";
import { toListObject } from "../listing/read-page.ts";
import { clientOf } from "../middleware/authenticate.ts";
import { allowOnly } from "../middleware/handle-errors.ts";
import type { RedisHealth } from "../redis/redis-health.ts";

/** How many items a page has. */
export const batchPageSizes = { usual: 20, most: 100 };
const bodyLimitBytes = 64 * 1024;

/** `/v1/batches`: OpenAI's Batch API. */
export function routeBatches(deps: {
  redisHealth: RedisHealth;
  bodyBudget: BodyBudget;
  batches: BatchStore;
  createBatch: CreateBatch;
  readForecasts: ReadForecasts;
  retryBatch: RetryBatch;
  /** Checks for batches to execute, without waiting for the next poll. */
  pollBatches: () => void;
}): Router {
  const { batches } = deps;
  const router = Router();

  async function find(id: string, response: Response): Promise<BatchRecord> {
    deps.redisHealth.requireUp();
    const batch = isBatchId(id) ? await batches.find(id) : undefined;
    if (!batch || !maySee(clientOf(response), batch))
      throw new GatewayError("not-found", `There is no batch ${id}`);
    return batch;
  }

  async function describe(found: readonly BatchRecord[]) {
    const forecast = await deps.readForecasts();
    return found.map((batch) => toBatchObject(batch, forecast(batch)));
  }
  async function answer(response: Response, batch: BatchRecord) {
    const [object] = await describe([batch]);
    response.json(object);
  }

  router.post(
    "/",
    readJsonBody(bodyLimitBytes, deps.bodyBudget),
    async (request, response) => {
      deps.redisHealth.requireUp();
      const batch = await deps.createBatch(
        parseBody(request),
        clientOf(response),
      );
      deps.pollBatches();
      await answer(response, batch);
    },
  );
  router.get("/", async (request, response) => {
    deps.redisHealth.requireUp();
    const page = await batches.list(
      readPageQuery(request.query, batchPageSizes),
      clientOf(response),
    );
    response.json(toListObject(await describe(page.items), page.hasMore));
  });
  router.get("/:id", async (request, response) => {
    await answer(response, await find(request.params.id, response));
  });
  router.post("/:id/cancel", async (request, response) => {
    const { id } = await find(request.params.id, response);
    const status = await batches.cancel(id);
    if (
      status &&
      !["validating", "in_progress", "cancelling"].includes(status)
    ) {
      throw new GatewayError(
        "conflict",
        `A batch that is ${status} cannot be cancelled`,
      );
    }
    await answer(response, await find(id, response));
  });
  router.post("/:id/retry", async (request, response) => {
    const ended = await find(request.params.id, response);
    const countedAs = clientOf(response) ?? request.ip ?? "unknown";
    const batch = await deps.retryBatch(ended, countedAs);
    deps.pollBatches();
    await answer(response, batch);
  });
  router.all("/", allowOnly("GET", "POST"));
  router.all("/:id", allowOnly("GET"));
  router.all("/:id/cancel", allowOnly("POST"));
  router.all("/:id/retry", allowOnly("POST"));
  return router;
}

function parseBody(request: Request): unknown {
  try {
    return JSON.parse(bodyOf(request).requireBytes().toString());
  } catch (cause) {
    throw new GatewayError("invalid-request", "The body is not valid JSON", {
      cause,
    });
  }
}
