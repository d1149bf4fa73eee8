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
    response.json({ status: "ok", timestamp: timestamp(), version });
  });
  router.get("/ready", async (_request, response) => {
    const reason = await deps.findReason();
    if (reason === undefined) {
      const warning = deps.findWarning();
      response.json({
        status: "ready",
        ...(warning === undefined ? {} : { warning }),
        timestamp: timestamp(),
        version,
      });
    } else {
      response
        .status(503)
        .json({ status: "not ready", reason, timestamp: timestamp(), version });
    }
  });
  router.all(["/health", "/ready"], allowOnly("GET"));
  return router;
}

const timestamp = () => new Date().toISOString();
