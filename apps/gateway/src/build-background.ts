import type { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Statistics } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import { repeat } from "@openrouter-free-pool/shared/timers/repeat";
import { withFallback } from "@openrouter-free-pool/shared/timers/with-timeout";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { createBackgroundRequests } from "./background/api/background-requests.ts";
import { toEndStatus } from "./background/api/response-object.ts";
import { createSendBackgroundAgain } from "./background/api/send-again.ts";
import { createStartBackground } from "./background/api/start-background.ts";
import { createTellEnds } from "./background/api/tell-ends.ts";
import { createBackgroundContents } from "./background/contents/background-contents.ts";
import { createRemoveExpiredRequests } from "./background/contents/remove-expired-requests.ts";
import { BackgroundRunner } from "./background/leading/background-runner.ts";
import { DeadGateways } from "./background/leading/dead-gateways.ts";
import {
  createRecordAnswer,
  toFacts,
} from "./background/leading/record-answer.ts";
import { createRunRequest } from "./background/leading/run-request.ts";
import { createBackgroundStore } from "./background/records/background-store.ts";
import type { buildCompletions } from "./build-completions.ts";
import type { ClientDirectory } from "./clients/directory/client-directory.ts";
import { isRemoved } from "./clients/limits/may-run.ts";
import type { GatewayConfig } from "./config.ts";
import { allDialects } from "./dialects/all-dialects.ts";
import { measureBackground } from "./metrics/measure-background.ts";
import type { ResolveModels } from "./models/resolve/resolve-models.ts";
import type { RedisHealth } from "./redis/redis-health.ts";
import type { RecordEnded } from "./requests/ended/ended-log.ts";
import type { Storage } from "./storage/open-storage.ts";
import type { RecordRequest } from "./usage/record-request.ts";
import type { PublishEvent } from "./webhooks/events/event.ts";

const removeExpiredEveryMs = 60_000;
const tellLeftEveryMs = 10_000;
/**
 * Storage and Redis may be away when the gateway stops: an answer that is not stored by then is
 * asked for again.
 */
const storeTimeoutMs = 5_000;

/** Wires background requests, whose clients collect the answer later. */
export function buildBackground(deps: {
  config: GatewayConfig;
  gatewayId: string;
  completions: Pick<
    ReturnType<typeof buildCompletions>,
    "backgroundSubmit" | "backgroundPending" | "checkCapacity" | "whenServed"
  >;
  resolveModels: ResolveModels;
  directory: ClientDirectory;
  storage: Storage;
  redis: Redis;
  redisKeys: RedisKeys;
  redisHealth: RedisHealth;
  clock: RedisClock;
  statistics: Statistics;
  recordRequest: RecordRequest;
  recordEnded: RecordEnded;
  publish: PublishEvent;
  metrics: Metrics;
  logger: Logger;
}) {
  const { config, completions, clock, logger } = deps;
  const { checkCapacity, whenServed, backgroundPending: pending } = completions;
  const keptMs = config.ASYNC_TTL_SECONDS * 1_000;
  const store = createBackgroundStore(deps);
  const contents = createBackgroundContents(deps.storage);
  const ends = createTellEnds({ ...deps, store, contents });
  const measure = measureBackground(deps.metrics, {
    ...deps,
    countOpen: store.countOpen,
  });
  const runner = new BackgroundRunner({
    ...deps,
    store,
    run: createRunRequest({
      ...deps,
      store,
      contents,
      submit: completions.backgroundSubmit,
      findDialect,
      toGoneError: (model) => deps.resolveModels.toGoneError(model),
      onAnswered: createRecordAnswer({
        ...deps,
        measure,
        publishEnd: (order, answer) => ends.tell(order, toEndStatus(answer)),
      }),
    }),
    dead: new DeadGateways(deps),
    isUnwanted: ({ owner }) => isRemoved(deps.directory, owner),
    cancel: (order) => requests.cancel(order),
  });
  const requests = createBackgroundRequests({
    ...deps,
    store,
    contents,
    runner,
    whenServed,
    async onCancelled(order) {
      const { id, requestId, owner } = order;
      logger.info({ id, requestId, clientId: owner }, "Cancelled a request");
      const totalMs = clock.now() - order.createdAt;
      measure({ outcome: "cancelled", totalMs });
      deps.recordEnded({
        ...toFacts(order, undefined),
        status: 410,
        code: "cancelled",
        totalMs,
      });
      await ends.tell(order, "cancelled");
    },
  });
  const removeExpired = createRemoveExpiredRequests({
    store,
    contents,
    logger,
  });
  const cleaning = repeat(removeExpired, {
    intervalMs: removeExpiredEveryMs,
    name: "Removing expired requests",
    logger,
  });
  const telling = repeat(() => ends.tellLeft(), {
    intervalMs: tellLeftEveryMs,
    name: "Telling the ends of responses",
    logger,
  });
  const startBackground = createStartBackground({
    ...deps,
    store,
    contents,
    runner,
    checkCapacity,
    keptMs,
    bounds: {
      all: config.ASYNC_MAX_OPEN,
      ofClient: config.ASYNC_MAX_OPEN_PER_CLIENT,
    },
  });
  return {
    contents,
    /** How long a background request may wait, in ms. */
    longestWaitMs: keptMs,
    requests,
    startBackground,
    /** For operators. */
    sendAgain: createSendBackgroundAgain({ store, contents, startBackground }),
    start: () => runner.start(),
    /** Hands over the requests that no worker has to other gateways, and waits for the calls under way. */
    async stop(graceMs: number): Promise<void> {
      const tasks = [cleaning.stop(), telling.stop(), runner.stopAdopting()];
      await Promise.all(tasks);
      await withFallback(pending.handOver(), storeTimeoutMs, undefined);
      await pending.finish(graceMs);
      await withFallback(runner.finish(), storeTimeoutMs, undefined);
      runner.dropAll();
    },
  };
}

/** See {@link buildBackground}. */
export type Background = ReturnType<typeof buildBackground>;

function findDialect(path: string) {
  const dialect = allDialects.find((each) => each.path === path);
  if (!dialect) throw new Error(`Nothing serves ${path}`);
  return dialect;
}
