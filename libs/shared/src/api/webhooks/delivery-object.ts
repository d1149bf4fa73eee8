import { z } from "zod";

/** The states of a delivery. */
export const deliveryStatuses = [
  /** It is tried, or tried again. */
  "waiting",
  "delivered",
  /** All tries within the time limit failed. */
  "failed",
  /** When it was due, the client had no address for events. */
  "unwanted",
] as const;

/** See {@link deliveryStatuses}. */
export type DeliveryStatus = (typeof deliveryStatuses)[number];

const time = z.string().meta({ description: "ISO 8601, UTC" });

/** The delivery of an event as the API shows it. */
export const deliveryObjectSchema = z.object({
  id: z.string().meta({ description: "The event's id, and `webhook-id`" }),
  type: z.string().meta({ description: "Such as `response.completed`" }),
  about: z.string().meta({ description: "Id of the batch or the response" }),
  client: z.string().nullable().meta({
    description: "Id of the client; null: made without a client key",
  }),
  clientName: z
    .string()
    .nullable()
    .meta({ description: "Null where there is no such client any more" }),
  status: z.enum(deliveryStatuses).meta({
    description:
      "`failed`: given up; `unwanted`: there was no address to send it to",
  }),
  attempts: z.int().meta({ description: "Tries that have ended" }),
  createdAt: time,
  lastTryAt: time.nullable(),
  nextTryAt: time.nullable().meta({ description: "Null when it is over" }),
  receiver: z.string().nullable().meta({
    description: "The host that was tried last; the address itself is secret",
  }),
  lastError: z
    .string()
    .nullable()
    .meta({ description: "Why the last try was in vain" }),
});

/** See {@link deliveryObjectSchema}. */
export type DeliveryObject = z.output<typeof deliveryObjectSchema>;

/** The answer of `GET /api/v1/webhooks`. */
export const deliveryListSchema = z.object({
  data: z.array(deliveryObjectSchema),
  hasMore: z.boolean().meta({
    description: "Whether there are more; `after` takes the last one's id",
  }),
});
