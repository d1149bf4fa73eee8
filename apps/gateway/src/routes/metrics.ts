import type { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import { Router } from "express";
import { allowOnly } from "../middleware/handle-errors.ts";

/** `GET /metrics` for Prometheus. It is open: restrict it in a proxy. */
export function routeMetrics(metrics: Metrics): Router {
  const router = Router();
  router.get("/metrics", async (_request, response) => {
    const { contentType, body } = await metrics.render();
    // Express would add a charset to the type that Prometheus looks at.
    response.setHeader("Content-Type", contentType);
    response.end(body);
  });
  router.all("/metrics", allowOnly("GET"));
  return router;
}
