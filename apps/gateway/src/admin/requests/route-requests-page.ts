import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { Router } from "express";
import type { RedisHealth } from "../../redis/redis-health.ts";
import type { ReadRequests } from "../../requests/listing/read-requests.ts";
import { say } from "../../words/say.ts";
import type { FindNotice } from "../actions/find-notice.ts";
import { renderPart } from "../pages/render-part.ts";
import { presentRequests } from "./present-requests.ts";
import { readSelection, type Selection } from "./selection.ts";

/** `/admin/requests`: what waits, what is being called, and how other requests ended. */
export function routeRequestsPage(deps: {
  redisHealth: RedisHealth;
  clock: RedisClock;
  readRequests: ReadRequests;
  keepsPayloads: boolean;
  findNotice: FindNotice;
}): Router {
  const router = Router();

  async function readTable(selection: Selection) {
    if (!deps.redisHealth.isUp) return undefined;
    const list = await deps.readRequests(selection);
    const now = deps.clock.now();
    return presentRequests(list, selection, { ...deps, now });
  }

  router.get("/", async (request, response) => {
    const selection = readSelection(request.query);
    const { problem, given, status } = selection;
    const table = await readTable(selection);
    const ofPage = table ? 200 : 503;
    response
      .status(problem === undefined ? ofPage : 400)
      .render("requests/page", {
        table,
        given,
        status,
        clear: "/admin/requests",
        problem:
          problem === undefined
            ? undefined
            : say("requests.wrong", { why: problem }),
        notice: await deps.findNotice(request, response),
        now: new Date(),
      });
  });

  router.get("/live", async (request, response) => {
    const table = await readTable(readSelection(request.query));
    response.json({
      top: table
        ? await renderPart(response, "requests/table", table)
        : await renderPart(response, "admin/no-redis", {}),
      at: new Date().toISOString().slice(11, 19),
    });
  });
  return router;
}
