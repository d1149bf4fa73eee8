import type {
  Health,
  Readiness,
} from "@openrouter-free-pool/shared/api/health-object";
import { version } from "@openrouter-free-pool/shared/process/version";
import { Router } from "express";
import { allowOnly } from "../middleware/handle-errors.ts";

/** `GET /health` (this process lives) and `GET /ready` (a request would be served). */
export function routeHealth(deps: {
  /** Why a request could not be served now; undefined when it could. */
  findReason: () => Promise<string | undefined>;
  /** What an operator should mend although requests are served. */
  findWarning: () => string | undefined;
}): Router {
  const router = Router();
  router.get("/health", (_request, response) => {
    const health: Health = { status: "ok", timestamp: timestamp(), version };
    response.json(health);
  });
  router.get("/ready", async (_request, response) => {
    const reason = await deps.findReason();
    const warning = reason === undefined ? deps.findWarning() : undefined;
    const readiness: Readiness = {
      status: reason === undefined ? "ready" : "not ready",
      reason,
      warning,
      timestamp: timestamp(),
      version,
    };
    response.status(reason === undefined ? 200 : 503).json(readiness);
  });
  router.all(["/health", "/ready"], allowOnly("GET"));
  return router;
}

const timestamp = () => new Date().toISOString();
