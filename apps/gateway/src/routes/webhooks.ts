import { type RequestHandler, Router } from "express";
import { allowOnly } from "../middleware/handle-errors.ts";
import { neverStored } from "../web-access/security-headers.ts";
import { readDeliveryQuery } from "../webhooks/deliveries/delivery-query.ts";
import type { ManageDeliveries } from "../webhooks/deliveries/manage-deliveries.ts";

/** `/api/v1/webhooks`: the deliveries of events, for operators' programs. */
export function routeWebhooks(deps: {
  requireAdmin: RequestHandler;
  manageDeliveries: ManageDeliveries;
}): Router {
  const { requireAdmin, manageDeliveries } = deps;
  const router = Router();
  router.use(neverStored, requireAdmin);

  router.get("/", async (request, response) => {
    const { page, filter } = readDeliveryQuery(request.query);
    const { items, hasMore } = await manageDeliveries.list(page, filter);
    response.json({ data: items, hasMore });
  });
  router.post("/:id/send", async (request, response) => {
    const from = `api ${request.ip ?? ""}`;
    response.json(await manageDeliveries.sendAgain(request.params.id, from));
  });
  router.all("/", allowOnly("GET"));
  router.all("/:id/send", allowOnly("POST"));
  return router;
}
