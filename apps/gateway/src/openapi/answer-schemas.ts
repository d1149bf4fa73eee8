import { z } from "zod";
import { keyStates } from "../pool/keys-status.ts";

const use = z.object({
  limit: z.int(),
  used: z.int(),
  remaining: z.int(),
  resetIn: z
    .int()
    .nullable()
    .meta({ description: "Seconds; null when nothing is used" }),
});

/** `GET /health`. */
export const healthSchema = z.object({
  status: z.literal("ok"),
  timestamp: z.iso.datetime(),
  version: z.string(),
});

/** `GET /ready`. */
export const readinessSchema = z.object({
  status: z.enum(["ready", "not ready"]),
  reason: z.string().optional(),
  timestamp: z.iso.datetime(),
  version: z.string(),
});

/** `GET /api/v1/keys/status`. */
export const keysStatusSchema = z.object({
  keys: z.array(
    z.object({
      id: z.string(),
      key: z.string().meta({ description: "The mask" }),
      account: z.string(),
      state: z.enum(keyStates),
      available: z.boolean(),
      minute: use,
      day: use.extend({
        elsewhere: z.int().meta({
          description: "The part of `used` that others used of the account",
        }),
      }),
    }),
  ),
  pool: z.object({
    keys: z.int(),
    available: z.int(),
    accounts: z.int(),
    perMinute: z.int(),
    windowMs: z.int(),
    slotsFree: z.int(),
    leftToday: z.int(),
  }),
  queue: z.object({ waiting: z.int(), inFlight: z.int() }),
  workers: z.int(),
});

/** `GET /v1/models/count`. */
export const modelsCountSchema = z.object({
  data: z.object({ count: z.int() }),
});

/** A file. */
export const fileSchema = z.object({
  id: z.string(),
  object: z.literal("file"),
  bytes: z.int(),
  created_at: z.int(),
  expires_at: z.int(),
  filename: z.string(),
  purpose: z.enum(["batch", "batch_output"]),
  status: z.enum(["uploaded", "processed"]),
  status_details: z.null(),
});

const seconds = z.int().nullable();

/** A batch. */
export const batchSchema = z.object({
  id: z.string(),
  object: z.literal("batch"),
  endpoint: z.string(),
  errors: z
    .object({ object: z.literal("list"), data: z.array(z.looseObject({})) })
    .nullable(),
  input_file_id: z.string(),
  completion_window: z.string(),
  status: z.string(),
  output_file_id: z.string().nullable(),
  error_file_id: z.string().nullable(),
  created_at: seconds,
  in_progress_at: seconds,
  expires_at: seconds,
  finalizing_at: seconds,
  completed_at: seconds,
  failed_at: seconds,
  expired_at: seconds,
  cancelling_at: seconds,
  cancelled_at: seconds,
  request_counts: z.object({
    total: z.int(),
    completed: z.int(),
    failed: z.int(),
  }),
  metadata: z.record(z.string(), z.string()).nullable(),
});

/** A page of files or batches. */
export function listSchema(item: z.ZodType) {
  return z.object({
    object: z.literal("list"),
    data: z.array(item),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  });
}
