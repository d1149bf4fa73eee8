import { batchObjectSchema } from "@openrouter-free-pool/shared/api/batch-object";
import {
  clientObjectSchema,
  listedClientSchema,
} from "@openrouter-free-pool/shared/api/client-object";
import { fileObjectSchema } from "@openrouter-free-pool/shared/api/file-object";
import { listObjectSchema } from "@openrouter-free-pool/shared/api/list-object";
import {
  modelStatusSchema,
  modelsStatusSchema,
} from "@openrouter-free-pool/shared/api/models-status";
import {
  keyStatusSchema,
  poolStatusSchema,
} from "@openrouter-free-pool/shared/api/pool-status";
import { usageObjectSchema } from "@openrouter-free-pool/shared/api/usage-object";
import { deliveryObjectSchema } from "@openrouter-free-pool/shared/api/webhooks/delivery-object";
import { z } from "zod";

/** A file of the gateway, as far as it is used here. */
export const fileSchema = fileObjectSchema.pick({ id: true, bytes: true });

/** A batch, as far as it is used here. Times in s since the epoch. */
export const batchSchema = batchObjectSchema
  .pick({
    id: true,
    status: true,
    endpoint: true,
    completion_window: true,
    created_at: true,
    in_progress_at: true,
    expires_at: true,
    output_file_id: true,
    error_file_id: true,
    request_counts: true,
    errors: true,
    metadata: true,
    results_read_at: true,
    forecast: true,
  })
  .partial({ results_read_at: true });

/** See {@link batchSchema}. */
export type Batch = z.output<typeof batchSchema>;

/** A page of batches. */
export const batchListSchema = listObjectSchema(batchSchema).pick({
  data: true,
  has_more: true,
});

/** See {@link batchListSchema}. */
export type BatchPage = z.output<typeof batchListSchema>;

const use = {
  used: true,
  limit: true,
  remaining: true,
  resetIn: true,
} as const;

/** The pool of keys, as far as it is used here. `resetIn` in s. */
export const poolSchema = poolStatusSchema.extend({
  keys: z.array(
    keyStatusSchema
      .pick({ key: true, account: true, state: true, available: true })
      .extend({
        minute: keyStatusSchema.shape.minute.pick(use),
        day: keyStatusSchema.shape.day.pick(use),
      }),
  ),
  pool: poolStatusSchema.shape.pool.pick({
    perMinute: true,
    windowMs: true,
    slotsFree: true,
    perDay: true,
    leftToday: true,
  }),
  // Older gateways do not say whether it is paused.
  queue: poolStatusSchema.shape.queue.partial({ paused: true }),
});

/** See {@link poolSchema}. */
export type Pool = z.output<typeof poolSchema>;

const day = { calls: true, successRate: true, latencyP50Ms: true } as const;

/** The models, as far as they are used here. `coolingFor` in s. */
export const modelsSchema = modelsStatusSchema.extend({
  models: z.array(
    z.looseObject({
      ...modelStatusSchema.pick({
        id: true,
        state: true,
        coolingFor: true,
        expirationDate: true,
      }).shape,
      day: z.looseObject(modelStatusSchema.shape.day.pick(day).shape),
    }),
  ),
});

/** See {@link modelsSchema}. */
export type Models = z.output<typeof modelsSchema>;

/** A client, as far as it is used here. */
export const clientSchema = z
  .looseObject(
    clientObjectSchema.pick({
      id: true,
      name: true,
      state: true,
      source: true,
      weight: true,
      perDay: true,
      perMinute: true,
      models: true,
      keyHint: true,
    }).shape,
  )
  .extend({
    /** For a client in a list; older gateways do not send it. */
    use: listedClientSchema.shape.use.optional(),
  });

/** See {@link clientSchema}. */
export type Client = z.output<typeof clientSchema>;

/** All clients. */
export const clientListSchema = z.object({ clients: z.array(clientSchema) });

/** See {@link clientListSchema}. */
export type ClientList = z.output<typeof clientListSchema>;

/** A client with its new key. */
export const issuedClientSchema = clientSchema.extend({
  key: z.string(),
  webhookSecret: z.string().nullable().optional(),
});

/** See {@link issuedClientSchema}. */
export type IssuedClient = z.output<typeof issuedClientSchema>;

/** The delivery of an event, as far as it is used here. */
const deliverySchema = z.looseObject(
  deliveryObjectSchema.pick({
    id: true,
    type: true,
    about: true,
    client: true,
    clientName: true,
    status: true,
    attempts: true,
    nextTryAt: true,
    receiver: true,
    lastError: true,
  }).shape,
);

/** See {@link deliverySchema}. */
export type Delivery = z.output<typeof deliverySchema>;

/** A page of deliveries. */
export const deliveryListSchema = z.object({
  data: z.array(deliverySchema),
  hasMore: z.boolean(),
});

/** See {@link deliveryListSchema}. */
export type DeliveryList = z.output<typeof deliveryListSchema>;

/** Use, as far as it is used here. */
export const usageSchema = usageObjectSchema.pick({
  from: true,
  to: true,
  groupBy: true,
  data: true,
  total: true,
});

/** See {@link usageSchema}. */
export type Usage = z.output<typeof usageSchema>;
