import type { RateLimits } from "@openrouter-free-pool/shared/config/common";
import type { Statistics } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import express, { type Express, type RequestHandler } from "express";
import type { Logger } from "pino";
import type { AnswerStream } from "./completions/answer-stream.ts";
import type { Submit } from "./completions/submit.ts";
import { allFamilies } from "./families/all-families.ts";
import type { ReadPoolView } from "./forecast/pool-watch.ts";
import { closeWhenStopping } from "./middleware/close-when-stopping.ts";
import {
  createHandleErrors,
  refuseUnknownPath,
} from "./middleware/handle-errors.ts";
import { recordFinished } from "./middleware/record-finished.ts";
import { requestId } from "./middleware/request-id.ts";
import type { ModelsCache } from "./models-list.ts";
import type { RedisHealth } from "./redis-health.ts";
import { routeCompletions } from "./routes/completions.ts";
import { routeHealth } from "./routes/health.ts";
import { routeKeysStatus } from "./routes/keys-status.ts";
import { routeModels } from "./routes/models.ts";

/** Puts middleware and routes in order; it opens nothing itself. */
export function buildApp(deps: {
  submit: Submit;
  answerStream: AnswerStream;
  models: ModelsCache;
  readPoolView: ReadPoolView;
  redisHealth: RedisHealth;
  findTrouble: () => Promise<string | undefined>;
  isStopping: () => boolean;
  statistics: Statistics;
  /** Everything under `/admin`. */
  admin: RequestHandler;
  limits: RateLimits;
  longestWaitMs: number;
  bodyLimitBytes: number;
  logger: Logger;
}): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.use(requestId);
  app.use(closeWhenStopping(deps.isStopping));
  app.use(routeHealth(deps));
  for (const prefix of ["/v1", "/api/v1"]) {
    for (const family of allFamilies) {
      app.use(
        `${prefix}${family.path}`,
        recordFinished(deps.statistics),
        routeCompletions(family, deps),
      );
    }
    app.use(`${prefix}/models`, routeModels(deps.models));
  }
  app.use("/api/v1/keys/status", routeKeysStatus(deps));
  app.use("/admin", deps.admin);
  app.use(refuseUnknownPath);
  app.use(createHandleErrors(deps.logger));
  return app;
}
