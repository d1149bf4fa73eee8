import { batchObjectSchema } from "@openrouter-free-pool/shared/api/batch-object";
import { fileObjectSchema } from "@openrouter-free-pool/shared/api/file-object";
import { listObjectSchema } from "@openrouter-free-pool/shared/api/list-object";
import { z } from "zod";

/** A file of the gateway, as far as it is used here. */
export const fileSchema = fileObjectSchema.pick({ id: true, bytes: true });

/** A batch, as far as it is used here. Times in s since the epoch. */
export const batchSchema = batchObjectSchema.pick({
  id: true,
  status: true,
  endpoint: true,
  created_at: true,
  in_progress_at: true,
  expires_at: true,
  output_file_id: true,
  error_file_id: true,
  request_counts: true,
  errors: true,
});

/** See {@link batchSchema}. */
export type Batch = z.output<typeof batchSchema>;

/** A page of batches. */
export const batchListSchema = listObjectSchema(batchSchema).pick({
  data: true,
  has_more: true,
});

const useSchema = z.object({
  used: z.number(),
  remaining: z.number(),
  resetIn: z.number().nullable(),
});

/** The pool of keys. `resetIn` in s. */
export const poolSchema = z.object({
  keys: z.array(
    z.object({
      key: z.string(),
      account: z.string(),
      state: z.string(),
      available: z.boolean(),
      minute: useSchema,
      day: useSchema,
    }),
  ),
  pool: z.object({
    perMinute: z.number(),
    windowMs: z.number(),
    slotsFree: z.number(),
    leftToday: z.number(),
  }),
  queue: z.object({ waiting: z.number(), inFlight: z.number() }),
  workers: z.number(),
});

/** See {@link poolSchema}. */
export type Pool = z.output<typeof poolSchema>;
