import type {
  Health,
  Readiness,
} from "@openrouter-free-pool/shared/api/health-object";
import { version } from "@openrouter-free-pool/shared/process/version";
import { Router } from "express";
import { allowOnly } from "../middleware/handle-errors.ts";
import type { PoolReadiness } from "../pool/readiness.ts";

/** `GET /health` (this process is alive) and `GET /ready` (a request would be served). */
export function routeHealth(deps: {
  checkReadiness: () => Promise<PoolReadiness>;
}): Router {
  const router = Router();
  router.get("/health", (_request, response) => {
    const health: Health = { status: "ok", timestamp: timestamp(), version };
    response.json(health);
  });
  router.get("/ready", async (_request, response) => {
    const readiness = await deps.checkReadiness();
    const isReady = readiness.reason === undefined;
    const body: Readiness = {
      status: isReady ? "ready" : "not ready",
      ...readiness,
      timestamp: timestamp(),
      version,
    };
    response.status(isReady ? 200 : 503).json(body);
  });
  router.all(["/health", "/ready"], allowOnly("GET"));
  return router;
}

const timestamp = () => new Date().toISOString();
