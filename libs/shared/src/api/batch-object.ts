import { z } from "zod";

/** The states of a batch. The last four are final. */
export const batchStatuses = [
  "validating",
  "in_progress",
  "finalizing",
  "cancelling",
  "failed",
  "completed",
  "expired",
  "cancelled",
] as const;

/** See {@link batchStatuses}. */
export type BatchStatus = (typeof batchStatuses)[number];

/** Whether a batch has ended. */
export function hasEnded({
  status,
}: {
  readonly status: BatchStatus;
}): boolean {
  return ["failed", "completed", "expired", "cancelled"].includes(status);
}

/** What is wrong with a batch, or with one line of its input. */
export const batchErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  param: z.string().nullable(),
  line: z.int().nullable(),
});

const seconds = z.int().nullable();

/** The forecast of a batch; `ends_at` in s since the epoch. */
const batchForecastSchema = z.object({
  calls: z.int().nullable().meta({
    description:
      "Lines that are still to be called; null while their number is not known",
  }),
  ends_at: seconds.meta({
    description:
      "When the last line is expected to be answered; null when nothing is left, or no key is usable",
  }),
  account_days: z.number().nullable().meta({
    description:
      "The calls, measured in calls that one account may make in a day",
  }),
  ending_models: z
    .array(z.object({ id: z.string(), expiration_date: z.string() }))
    .optional()
    .meta({
      description:
        "Models of the batch that OpenRouter says it will end before the batch is done",
    }),
});

/** See {@link batchForecastSchema}. */
export type BatchForecast = z.output<typeof batchForecastSchema>;

/** The batch object of OpenAI's API, with our forecast. Times in s since the epoch. */
export const batchObjectSchema = z.object({
  id: z.string(),
  object: z.literal("batch"),
  endpoint: z.string(),
  errors: z
    .object({ object: z.literal("list"), data: z.array(batchErrorSchema) })
    .nullable(),
  input_file_id: z.string(),
  completion_window: z.string(),
  status: z.enum(batchStatuses),
  output_file_id: z.string().nullable(),
  error_file_id: z.string().nullable(),
  created_at: z.int(),
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
  results_read_at: seconds.meta({
    description:
      "When all its result files had been downloaded to their end for the first time, after the batch had ended; null until then",
  }),
  forecast: batchForecastSchema,
});

/** See {@link batchObjectSchema}. */
export type BatchObject = z.output<typeof batchObjectSchema>;
