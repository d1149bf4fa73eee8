import type { Statistics } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import type { RequestHandler } from "express";

/** What nginx logs for a client that went away. */
const clientGone = 499;

/** Counts each request when it is over, by the status that its client got. */
export function recordFinished(statistics: Statistics): RequestHandler {
  return (_request, response, next) => {
    const startedAt = performance.now();
    response.once("close", () => {
      const status = response.writableFinished
        ? response.statusCode
        : clientGone;
      statistics.count(`status:${status}`);
      statistics.observe("total", performance.now() - startedAt);
    });
    next();
  };
}
