import { fileURLToPath } from "node:url";
import type { RateLimits } from "@openrouter-free-pool/shared/config/rate-limits";
import { PoolOperator } from "@openrouter-free-pool/shared/key-pool/pool/pool-operator";
import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import { createReadQueueDepth } from "@openrouter-free-pool/shared/queue/queue-depth";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import ejs from "ejs";
import express, { type RequestHandler } from "express";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { CheckPassword } from "./admin/access/check-password.ts";
import { guardPages } from "./admin/access/guard-pages.ts";
import { createActions } from "./admin/actions/actions.ts";
import { createFindNotice } from "./admin/actions/find-notice.ts";
import { createFindTarget } from "./admin/actions/find-target.ts";
import { createRetryFromPage } from "./admin/actions/retry-from-page.ts";
import { routeActions } from "./admin/actions/route-actions.ts";
import { createSendFromPage } from "./admin/actions/send-from-page.ts";
import { createSendRequestAgain } from "./admin/actions/send-request-again.ts";
import { routeBatchesPage } from "./admin/batches/route-batches-page.ts";
import { buildBullBoard } from "./admin/bull-board/build-bull-board.ts";
import { createSendAgain } from "./admin/bull-board/send-again.ts";
import { routeClientsPage } from "./admin/clients/route-clients-page.ts";
import { openKeysFile } from "./admin/keys/keys-file.ts";
import { routeAddKey } from "./admin/keys/route-add-key.ts";
import { routeModelsPage } from "./admin/models/route-models-page.ts";
import { createOnce } from "./admin/once/once.ts";
import { createReadOverview } from "./admin/overview/read/read-overview.ts";
import { routeOverview } from "./admin/overview/route-overview.ts";
import { showError } from "./admin/pages/show-error.ts";
import { showMessage } from "./admin/pages/show-message.ts";
import { routeRequestsPage } from "./admin/requests/route-requests-page.ts";
import { serveAssets } from "./admin/serve-assets.ts";
import { routeWebhooksPage } from "./admin/webhooks/route-webhooks-page.ts";
import type { Background } from "./build-background.ts";
import type { Batches } from "./build-batches.ts";
import type { BuiltClients } from "./build-clients.ts";
import type { Webhooks } from "./build-webhooks.ts";
import type { ManageClients } from "./clients/manage-clients.ts";
import type { GatewayConfig } from "./config.ts";
import type { ReadHistory } from "./history/read-history.ts";
import { createHandleErrors } from "./middleware/handle-errors.ts";
import type { ReadModelsStatus } from "./models/status/read-models-status.ts";
import { chooseLanguage } from "./pages/choose-language.ts";
import { type PoolWatch, poolMaxAgeMs } from "./pool/pool-watch.ts";
import type { RedisHealth } from "./redis/redis-health.ts";
import type { ReadRequests } from "./requests/listing/read-requests.ts";
import { neverStored, securityHeaders } from "./web-access/security-headers.ts";
import { say, wordsForScripts } from "./words/say.ts";

const views = fileURLToPath(new URL("./views", import.meta.url));

/** Everything under `/admin`. */
type Admin = {
  readonly handler: RequestHandler;
  /** undefined when no password is set. */
  readonly checkPassword: CheckPassword | undefined;
  /** When no password is set, shows the link that opens the pages. */
  announce(address: { host: string; port: number }): Promise<void>;
};

/** Builds everything under `/admin`: access, the key-pool page and the other pages. */
export function buildAdmin(deps: {
  config: GatewayConfig;
  gatewayId: string;
  limits: RateLimits;
  redis: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
  redisHealth: RedisHealth;
  queue: CompletionsQueue;
  poolWatch: PoolWatch;
  batches: Batches;
  clients: BuiltClients;
  manageClients: ManageClients;
  webhooks: Webhooks;
  readModelsStatus: ReadModelsStatus;
  readHistory: ReadHistory;
  readRequests: ReadRequests;
  background: Background;
  logger: Logger;
}): Admin {
  const { config, redis, redisKeys, queue, logger } = deps;
  const { ADMIN_USERNAME: username, ADMIN_PASSWORD: password } = config;
  const guard = guardPages({ ...deps, username, password });
  const { sessions } = guard;
  const operator = new PoolOperator({ redis, redisKeys, poolMaxAgeMs });
  const maxWaitMs = config.MAX_WAIT_MS;
  const once = createOnce({ redis, redisKeys });
  const sendAgain = createSendAgain({ ...deps, maxWaitMs, once });
  const actions = createActions({
    queue,
    operator,
    cancelBatch: async (id) => {
      const status = await deps.batches.batches.cancel(id);
      return status === "validating" || status === "in_progress";
    },
    retryBatch: createRetryFromPage({ ...deps.batches, once }),
    sendEvent: createSendFromPage(deps.webhooks.manageDeliveries),
    sendAgain: createSendRequestAgain({
      queue,
      sendAgain,
      sendBackgroundAgain: deps.background.sendAgain,
      once,
    }),
  });
  const findTarget = createFindTarget(deps);
  const findNotice = createFindNotice({ sessions, findTarget });
  const readOverview = createReadOverview({
    ...deps,
    readBacklogs: deps.batches.batches.readBacklogs,
    readQueueDepth: createReadQueueDepth({ redis, redisKeys }),
  });

  const { OPENROUTER_API_KEYS_FILE: keysPath } = config;
  const keysFile = keysPath === undefined ? undefined : openKeysFile(keysPath);

  const admin = express();
  admin.disable("x-powered-by");
  admin.engine("ejs", ejs.renderFile);
  admin.set("views", views).set("view engine", "ejs").enable("view cache");
  admin.use(securityHeaders());
  admin.use("/assets", serveAssets());
  Object.assign(admin.locals, { say, wordsForScripts });
  admin.use(neverStored, chooseLanguage);
  admin.use(...guard.handlers);
  admin.use(
    routeOverview({
      readOverview,
      findNotice,
      canAddKeys: async () => (await keysFile?.isWritable()) ?? false,
    }),
  );
  admin.use(
    "/requests",
    routeRequestsPage({
      ...deps,
      keepsPayloads: config.KEEP_PAYLOADS,
      findNotice,
    }),
  );
  admin.use("/keys", routeAddKey({ keysFile, sessions, logger }));
  admin.use("/models", routeModelsPage({ ...deps, findNotice }));
  admin.use(
    "/batches",
    routeBatchesPage({
      ...deps,
      ...deps.batches,
      ...deps.clients,
      findNotice,
    }),
  );
  admin.use(
    "/clients",
    routeClientsPage({
      ...deps,
      ...deps.clients,
      sessions,
    }),
  );
  admin.use(
    "/webhooks",
    routeWebhooksPage({ ...deps, ...deps.webhooks, findNotice }),
  );
  admin.use(
    routeActions({
      actions,
      sessions,
      concernsModel: async (action, model) => {
        if (action === "end-cooldown") {
          return (await redis.zscore(redisKeys.coolingModels, model)) !== null;
        }
        if (action !== "forget-gone") return true;
        return (await redis.hexists(redisKeys.goneModels, model)) === 1;
      },
      findTarget,
      logger,
    }),
  );
  admin.use(
    "/queues",
    buildBullBoard({
      ...deps,
      keepPayloads: config.KEEP_PAYLOADS,
      sendAgain,
    }),
  );
  admin.use((_request, response) => {
    showMessage(response, {
      status: 404,
      title: say("access.notFound"),
      message: say("access.notFoundDetail"),
    });
  });
  admin.use(createHandleErrors(logger, showError));
  const { checkPassword, announce } = guard;
  return { handler: admin, checkPassword, announce };
}
