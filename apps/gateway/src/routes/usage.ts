import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { type Request, type RequestHandler, Router } from "express";
import { hasBasicCredentials } from "../admin/access/require-admin.ts";
import { clientOf } from "../middleware/authenticate.ts";
import { allowOnly } from "../middleware/handle-errors.ts";
import type { ReadUsage } from "../usage/read-usage.ts";
import { sendUsageCsv } from "../usage/send-usage-csv.ts";
import { readUsageQuery } from "../usage/usage-query.ts";
import { neverStored } from "../web-access/security-headers.ts";

/**
 * `GET /api/v1/usage`: a client's own use; with the operator's password, or without client keys,
 * that of all clients.
 */
export function routeUsage(deps: {
  requireAdmin: RequestHandler;
  authenticate: RequestHandler;
  readUsage: ReadUsage;
  clock: RedisClock;
}): Router {
  const { requireAdmin, authenticate, readUsage, clock } = deps;
  const router = Router();
  router.use(neverStored, (request, response, next) => {
    const letIn = hasBasicCredentials(request) ? requireAdmin : authenticate;
    return letIn(request, response, next);
  });

  router.get("/", async (request, response) => {
    const asked = readUsageQuery(request.query, clock.now());
    const query = { ...asked, client: clientOf(response) ?? asked.client };
    if ((query.format ?? acceptedFormat(request)) === "csv") {
      return sendUsageCsv(response, readUsage, query);
    }
    response.json(await readUsage.table(query));
  });
  router.all("/", allowOnly("GET"));
  return router;
}

function acceptedFormat(request: Request): "json" | "csv" {
  return request.accepts(["json", "csv"]) === "csv" ? "csv" : "json";
}
