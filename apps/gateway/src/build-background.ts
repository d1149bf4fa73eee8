import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Statistics } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import { repeat } from "@openrouter-free-pool/shared/timers/repeat";
import { withFallback } from "@openrouter-free-pool/shared/timers/with-timeout";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { createBackgroundRequests } from "./background/api/background-requests.ts";
import { toEndStatus } from "./background/api/response-object.ts";
import { createStartBackground } from "./background/api/start-background.ts";
import { createBackgroundContents } from "./background/contents/background-contents.ts";
import { createRemoveExpiredRequests } from "./background/contents/remove-expired-requests.ts";
import { BackgroundRunner } from "./background/leading/background-runner.ts";
import { DeadGateways } from "./background/leading/dead-gateways.ts";
import { createRecordAnswer } from "./background/leading/record-answer.ts";
import { createRunRequest } from "./background/leading/run-request.ts";
import { isResponse } from "./background/records/background-record.ts";
import { createBackgroundStore } from "./background/records/background-store.ts";
import type { buildCompletions } from "./build-completions.ts";
import type { GatewayConfig } from "./config.ts";
import { allDialects } from "./dialects/all-dialects.ts";
import type { ResolveModels } from "./models/resolve/resolve-models.ts";
import type { RedisHealth } from "./redis/redis-health.ts";
import type { Storage } from "./storage/open-storage.ts";
import type { RecordRequest } from "./usage/record-request.ts";
import type { PublishEvent } from "./webhooks/events/event.ts";

const removeExpiredEveryMs = 60_000;
/** Storage and Redis may be away when the gateway stops: what is not stored then is called again. */
const storeTimeoutMs = 5_000;

/** Wires requests whose clients collect the answer later. */
export function buildBackground(deps: {
  config: GatewayConfig;
  gatewayId: string;
  completions: Pick<
    ReturnType<typeof buildCompletions>,
    "backgroundSubmit" | "backgroundPending" | "checkCapacity" | "whenServed"
  >;
  resolveModels: ResolveModels;
  storage: Storage;
  redis: Redis;
  redisKeys: RedisKeys;
  redisHealth: RedisHealth;
  clock: RedisClock;
  statistics: Statistics;
  recordRequest: RecordRequest;
  publish: PublishEvent;
  logger: Logger;
}) {
  const { config, completions, logger } = deps;
  const { checkCapacity, whenServed, backgroundPending: pending } = completions;
  const keptMs = config.ASYNC_TTL_SECONDS * 1_000;
  const store = createBackgroundStore(deps);
  const contents = createBackgroundContents(deps.storage);
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
        async publishEnd(order, answer) {
          if (!isResponse(order)) return;
          const type = `response.${toEndStatus(answer)}` as const;
          await deps.publish(type, order.id, order.owner);
        },
      }),
    }),
    dead: new DeadGateways(deps),
  });
  const removeExpired = createRemoveExpiredRequests({ store, contents });
  const cleaning = repeat(removeExpired, {
    intervalMs: removeExpiredEveryMs,
    name: "Removing expired requests",
    logger,
  });
  return {
    contents,
    /** How long a background request may wait, in ms. */
    longestWaitMs: keptMs,
    requests: createBackgroundRequests({
      ...deps,
      store,
      contents,
      runner,
      whenServed,
      async onCancelled(order) {
        const { id, owner } = order;
        logger.info({ id }, "Cancelled a request");
        if (!isResponse(order)) return;
        await deps.publish("response.cancelled", id, owner);
      },
    }),
    startBackground: createStartBackground({
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
    }),
    start: () => runner.start(),
    /** Hands what no worker has over to other gateways, and waits for the calls under way. */
    async stop(graceMs: number): Promise<void> {
      await Promise.all([cleaning.stop(), runner.stopAdopting()]);
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
