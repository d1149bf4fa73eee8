import { deliveryStatuses } from "@openrouter-free-pool/shared/api/webhooks/delivery-object";
import { z } from "zod";
import { pageQuerySchema, toInvalidQuery } from "../../listing/page-query.ts";
import type { PageQuery } from "../../listing/read-page.ts";
import type { DeliveryFilter } from "./delivery-store.ts";

const limits = { usual: 50, most: 500 };

/** The query string of the list of deliveries. */
export const deliveryQuerySchema = pageQuerySchema(limits).extend({
  status: z
    .enum(deliveryStatuses)
    .optional()
    .meta({ description: "Only those that stand so" }),
  client: z
    .string()
    .max(100)
    .optional()
    .meta({ description: "Only this client's, by its id" }),
});

/** @throws {GatewayError} `invalid-request`. */
export function readDeliveryQuery(query: unknown): {
  page: PageQuery;
  filter: DeliveryFilter;
} {
  const parsed = deliveryQuerySchema.safeParse(query);
  if (!parsed.success) throw toInvalidQuery(parsed.error);
  const { limit, after, order, ...filter } = parsed.data;
  return { page: { limit, after, order }, filter };
}
