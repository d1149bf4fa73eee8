import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { ExpressAdapter } from "@bull-board/express";
import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import express, { type Express } from "express";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { securityHeaders } from "../../web-access/security-headers.ts";
import { createRemoveRequest } from "./remove-request.ts";
import { renderOwnPage } from "./render-own-page.ts";
import { routeRequests } from "./route-requests.ts";
import type { SendAgain } from "./send-again.ts";
import { createShowData } from "./show-data.ts";

const path = "/admin/queues";
/** The colours of its picture for Redis, which stand in a style element. */
const inlineStyles = ["sha256-r2N1TB/gHbBtBZFKg7ejmq1acVSREzucTAEw6ga4hoU="];

/** `/admin/queues`: bull-board, with our own hand on what it changes. */
export function buildBullBoard(deps: {
  keepPayloads: boolean;
  sendAgain: SendAgain;
  redis: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
  queue: CompletionsQueue;
  logger: Logger;
}): Express {
  const { keepPayloads, queue, logger } = deps;
  const board = new BullMQAdapter(queue, {
    displayName: "Requests",
    description: keepPayloads
      ? "Every request, with its prompt and answer."
      : "Every request; prompts and answers are neither shown nor kept.",
    // Without its prompt a finished request cannot be sent again.
    allowRetries: keepPayloads,
  });
  board.setFormatter("data", createShowData(keepPayloads));
  board.setFormatter("name", ({ data }) => data?.model ?? "");

  const server = new ExpressAdapter();
  server.setBasePath(path);
  createBullBoard({
    queues: [board],
    serverAdapter: server,
    options: {
      uiConfig: {
        boardTitle: "Free Pool",
        boardLogo: { path: "/admin/assets/icon.svg", width: 24, height: 24 },
        favIcon: {
          default: "/admin/assets/icon.svg",
          alternative: "/admin/assets/icon.svg",
        },
        hideDocsLink: true,
        showMetrics: false,
      },
    },
  });
  const application = server.getRouter() as Express;
  application.engine("ejs", renderOwnPage);

  // An application, not a router: only that takes its response back from bull-board's
  // application, which would else look for our pages among its own.
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
  guarded.use(application);
  return guarded;
}
