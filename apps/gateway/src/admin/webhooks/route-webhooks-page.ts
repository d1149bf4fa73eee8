import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { type Request, Router } from "express";
import type { RedisHealth } from "../../redis/redis-health.ts";
import { readDeliveryQuery } from "../../webhooks/deliveries/delivery-query.ts";
import type { ManageDeliveries } from "../../webhooks/deliveries/manage-deliveries.ts";
import type { FindNotice } from "../actions/find-notice.ts";
import { linkFilters, linkTo, presentDelivery } from "./present-deliveries.ts";

/** `/admin/webhooks`: the deliveries of clients' events. */
export function routeWebhooksPage(deps: {
  manageDeliveries: ManageDeliveries;
  /** Whether events are sent at all. */
  isOn: boolean;
  redisHealth: RedisHealth;
  clock: RedisClock;
  findNotice: FindNotice;
}): Router {
  const { manageDeliveries, isOn, redisHealth, clock } = deps;
  const router = Router();

  async function readList(request: Request) {
    if (!redisHealth.isUp) return undefined;
    const { status, client, after } = request.query;
    const { page, filter } = readDeliveryQuery({ status, client, after });
    const { items, hasMore } = await manageDeliveries.list(page, filter);
    const now = clock.now();
    const last = items.at(-1);
    return {
      isFiltered: filter.status !== undefined || filter.client !== undefined,
      filters: linkFilters(filter),
      rows: items.map((delivery) => presentDelivery(delivery, now)),
      newest: page.after === undefined ? undefined : linkTo(filter),
      older: hasMore && last ? linkTo(filter, last.id) : undefined,
    };
  }

  router.get("/", async (request, response) => {
    const list = await readList(request);
    response.status(list ? 200 : 503).render("webhooks/page", {
      isOn,
      list,
      notice: await deps.findNotice(request, response),
    });
  });
  return router;
}
