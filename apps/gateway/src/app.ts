import type { AnswerCheck } from "@openrouter-free-pool/shared/api/answer-checks";
import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import type { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Statistics } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import type { Tracer } from "@opentelemetry/api";
import express, { type Express, type RequestHandler } from "express";
import type { Logger } from "pino";
import type { CheckPassword } from "./admin/access/check-password.ts";
import { requireAdmin } from "./admin/access/require-admin.ts";
import type { BodyBudget } from "./bodies/body-budget.ts";
import type { Background } from "./build-background.ts";
import type { Batches } from "./build-batches.ts";
import type { BuiltClients } from "./build-clients.ts";
import type { Models } from "./build-models.ts";
import type { ManageClients } from "./clients/manage-clients.ts";
import type { Submit } from "./completions/submit.ts";
import { allDialects } from "./dialects/all-dialects.ts";
import type { ReadHistory } from "./history/read-history.ts";
import { routeHome } from "./home/route-home.ts";
import type { Idempotency } from "./idempotency/idempotency.ts";
import type { MeasureRequest } from "./metrics/request-metrics.ts";
import { atPaths } from "./middleware/at-paths.ts";
import { authenticate } from "./middleware/authenticate.ts";
import { closeWhenStopping } from "./middleware/close-when-stopping.ts";
import {
  createHandleErrors,
  refuseUnknownPath,
} from "./middleware/handle-errors.ts";
import { inOrder } from "./middleware/in-order.ts";
import { joinSlashes } from "./middleware/join-slashes.ts";
import { traceRequests } from "./middleware/trace-requests.ts";
import { routeOpenApi } from "./openapi/route-openapi.ts";
import type { ReadPoolView } from "./pool/pool-watch.ts";
import type { PoolReadiness } from "./pool/readiness.ts";
import type { RedisHealth } from "./redis/redis-health.ts";
import type { RecordEnded } from "./requests/ended/ended-log.ts";
import type { ReadRequests } from "./requests/listing/read-requests.ts";
import { createRecordFinished } from "./requests/record-finished.ts";
import {
  nameRoute,
  openContext,
  setDialect,
} from "./requests/request-context.ts";
import type { CachedSubmit } from "./response-cache/cached-submit.ts";
import { routeRequests, routeResponses } from "./routes/background.ts";
import { routeBatches } from "./routes/batches.ts";
import { routeClients } from "./routes/clients.ts";
import { answerCompletions } from "./routes/completions.ts";
import { routeFiles } from "./routes/files.ts";
import { routeHealth } from "./routes/health.ts";
import { routeHistory } from "./routes/history.ts";
import { routeKeysStatus } from "./routes/keys-status.ts";
import { routeMetrics } from "./routes/metrics.ts";
import { routeModels } from "./routes/models.ts";
import { routeModelsStatus } from "./routes/models-status.ts";
import { refuseAccountRoutes } from "./routes/refuse-account-routes.ts";
import { routeRequestList } from "./routes/request-list.ts";
import { routeUsage } from "./routes/usage.ts";
import { routeWebhooks } from "./routes/webhooks.ts";
import { allowOrigins } from "./web-access/allow-origins.ts";
import { guardHosts } from "./web-access/guard-hosts.ts";
import { guardOrigins } from "./web-access/guard-origins.ts";
import type { WebAccess } from "./web-access/web-access.ts";
import type { ManageDeliveries } from "./webhooks/deliveries/manage-deliveries.ts";

/** Puts middleware and routes in order; it opens nothing itself. */
export function buildApp(deps: {
  submit: Submit;
  cachedSubmit: CachedSubmit | undefined;
  idempotency: Idempotency;
  batches: Batches;
  background: Background;
  models: Models;
  readPoolView: ReadPoolView;
  readHistory: ReadHistory;
  readRequests: ReadRequests;
  recordEnded: RecordEnded;
  clock: RedisClock;
  redisHealth: RedisHealth;
  checkReadiness: () => Promise<PoolReadiness>;
  isStopping: () => boolean;
  clients: BuiltClients;
  manageClients: ManageClients;
  manageDeliveries: ManageDeliveries;
  /** undefined when operators have no password. */
  checkPassword: CheckPassword | undefined;
  webAccess: WebAccess;
  statistics: Statistics;
  metrics: Metrics;
  measureRequest: MeasureRequest;
  /** undefined when nothing is traced. */
  tracer: Tracer | undefined;
  /** Everything under `/admin`. */
  admin: RequestHandler;
  limits: RateLimits;
  keepAliveMs: number;
  plainKeepAliveMs: number;
  longestWaitMs: number;
  answerCheck: readonly AnswerCheck[];
  bodyLimitBytes: number;
  bodyBudget: BodyBudget;
  logger: Logger;
}): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("trust proxy", deps.webAccess.trustProxy);
  const { clients, webAccess } = deps;
  const guardWeb = [allowOrigins(webAccess), guardOrigins(webAccess)];
  const access = {
    requireAdmin: requireAdmin(deps.checkPassword),
    authenticate: authenticate(clients),
  };
  const { recordRequest } = clients;
  app.use(
    inOrder([
      joinSlashes,
      openContext(createRecordFinished({ ...deps, recordRequest })),
      closeWhenStopping(deps.isStopping),
    ]),
  );
  const completions = allDialects.flatMap((dialect) => {
    const { path } = dialect;
    const handler = inOrder([
      // Before anything that can fail: errors take the dialect's form.
      setDialect(dialect),
      ...(deps.tracer ? [traceRequests(deps.tracer, path)] : []),
      guardHosts(webAccess),
      ...guardWeb,
      access.authenticate,
      answerCompletions(dialect, { ...deps, models: deps.models.resolve }),
    ]);
    return below(path).map((served) => [served, handler] as const);
  });
  // First, because they are nearly all of the traffic.
  app.use(atPaths(new Map(completions)));
  app.use(routeHealth(deps));
  app.use(guardHosts(webAccess));
  app.use(routeMetrics(deps.metrics));
  app.use(nameRoute("other"));
  app.use(routeOpenApi({ requiresKey: () => clients.directory.requiresKey }));
  for (const path of [
    "/models",
    "/files",
    "/batches",
    "/requests",
    "/keys/status",
    "/history",
    "/clients",
    "/usage",
    "/webhooks",
  ]) {
    app.use(below(path), nameRoute(path));
  }
  app.use("/admin", nameRoute("/admin"));
  for (const dialect of allDialects) {
    // Other requests under the dialect's path are refused in the dialect's form.
    app.use(below(dialect.path), setDialect(dialect));
  }
  app.use(prefixes, guardWeb);
  app.use("/api/v1/clients", routeClients({ ...deps, ...clients, ...access }));
  app.use("/api/v1/usage", routeUsage({ ...clients, ...access }));
  app.use("/api/v1/webhooks", routeWebhooks({ ...deps, ...access }));
  app.use("/api/v1/requests", routeRequestList({ ...deps, ...access }));
  app.use(prefixes, access.authenticate);
  app.use(below("/responses"), routeResponses(deps.background));
  app.use(below("/requests"), routeRequests(deps.background));
  app.use(
    "/api/v1/models/status",
    routeModelsStatus({ ...deps, readModelsStatus: deps.models.readStatus }),
  );
  app.use(prefixes, routeModels(deps.models.served));
  app.use(below("/files"), routeFiles({ ...deps, ...deps.batches }));
  app.use(below("/batches"), routeBatches({ ...deps, ...deps.batches }));
  app.use("/api/v1/keys/status", routeKeysStatus(deps));
  app.use("/api/v1/history", routeHistory(deps));
  app.use(prefixes, refuseAccountRoutes());
  app.use("/admin", deps.admin);
  app.use(routeHome({ requiresKey: () => clients.directory.requiresKey }));
  app.use(refuseUnknownPath);
  app.use(createHandleErrors(deps.logger));
  return app;
}

const prefixes = ["/v1", "/api/v1"];
const below = (path: string) => prefixes.map((prefix) => prefix + path);
