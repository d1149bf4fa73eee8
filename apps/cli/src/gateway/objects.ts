import { z } from "zod";

/** A file of the gateway, as far as it is used here. */
export const fileSchema = z.object({ id: z.string(), bytes: z.number() });

/** A batch, as far as it is used here. Times in s since the epoch. */
export const batchSchema = z.object({
  id: z.string(),
  status: z.enum([
    "validating",
    "failed",
    "in_progress",
    "finalizing",
    "completed",
    "expired",
    "cancelling",
    "cancelled",
  ]),
  endpoint: z.string(),
  created_at: z.number(),
  in_progress_at: z.number().nullable(),
  expires_at: z.number().nullable(),
  output_file_id: z.string().nullable(),
  error_file_id: z.string().nullable(),
  request_counts: z.object({
    total: z.number(),
    completed: z.number(),
    failed: z.number(),
  }),
  errors: z
    .object({
      data: z.array(
        z.object({
          line: z.number().nullable(),
          code: z.string(),
          message: z.string(),
        }),
      ),
    })
    .nullable(),
});

/** See {@link batchSchema}. */
export type Batch = z.output<typeof batchSchema>;

/** A page of batches. */
export const batchListSchema = z.object({
  data: z.array(batchSchema),
  has_more: z.boolean(),
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

/** Whether a batch has come to its end. */
export function hasEnded({ status }: Pick<Batch, "status">): boolean {
  return ["failed", "completed", "expired", "cancelled"].includes(status);
}
