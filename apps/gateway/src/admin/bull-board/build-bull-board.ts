import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import express, { type Express } from "express";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { RedisHealth } from "../../redis/redis-health.ts";
import { securityHeaders } from "../../web-access/security-headers.ts";
import { createRemoveRequest } from "./remove-request.ts";
import { routeRequests } from "./route-requests.ts";
import type { SendAgain } from "./send-again.ts";

const path = "/admin/queues";
/** Hashes of inline styles: the colours of its picture for Redis. */
const inlineStyles = ["sha256-r2N1TB/gHbBtBZFKg7ejmq1acVSREzucTAEw6ga4hoU="];

/** `/admin/queues`: bull-board, with our own handling of what it changes. */
export function buildBullBoard(deps: {
  keepPayloads: boolean;
  sendAgain: SendAgain;
  redis: Redis;
  redisHealth: RedisHealth;
  redisKeys: RedisKeys;
  clock: RedisClock;
  queue: CompletionsQueue;
  logger: Logger;
}): Express {
  const { keepPayloads, queue, logger } = deps;
  let mounted: Promise<unknown> | undefined;

  // Loaded with its first request: it is large, and rarely used.
  async function mountBoard(): Promise<void> {
    const { buildBoard } = await import("./build-board.ts");
    guarded.use(buildBoard({ path, queue, keepPayloads }));
  }

  // An application, not a router: only an application gets its response back from bull-board's,
  // which would otherwise look for our views in its own folder.
  const guarded = express();
  guarded.disable("x-powered-by");
  guarded.use(securityHeaders(inlineStyles));
  guarded.use(
    routeRequests({
      queue,
      sendAgain: deps.sendAgain,
      removeRequest: createRemoveRequest(deps),
      logger,
    }),
  );
  guarded.use("/api", (_request, _response, next) => {
    // bull-board would wait for Redis, and report its own error.
    deps.redisHealth.requireUp();
    next();
  });
  guarded.use(async (_request, _response, next) => {
    mounted ??= mountBoard();
    await mounted;
    next();
  });
  return guarded;
}
