import type { RequestHandler } from "express";
import { GatewayError } from "../../errors/gateway-error.ts";

/** One of the client's requests may end at any time. */
const retryAfterMs = 5_000;

/**
 * Refuses a client's request while as many of its requests are open at this gateway as
 * `maxQueued` says. What is at OpenRouter counts, too: a gateway does not know what waits.
 */
export function boundOpenRequests(): RequestHandler {
  const openByClient = new Map<string, number>();
  return (_request, response, next) => {
    const { caller } = response.locals.context;
    if (!caller?.maxQueued) return next();
    const { id, maxQueued } = caller;
    const open = openByClient.get(id) ?? 0;
    if (open >= maxQueued) {
      throw new GatewayError(
        "client-queue-full",
        `This API key has ${open} requests open, as many as it may`,
        { retryAfterMs },
      );
    }
    openByClient.set(id, open + 1);
    response.once("close", () => {
      const left = (openByClient.get(id) ?? 1) - 1;
      if (left > 0) openByClient.set(id, left);
      else openByClient.delete(id);
    });
    next();
  };
}
