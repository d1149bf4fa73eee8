import { randomBytes } from "node:crypto";
import { z } from "zod";

/** What a batch is at. The last four are the ends. */
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

const time = z.coerce.number().optional();
const count = z.coerce.number().default(0);
const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(schema);

/** A batch as it is stored in a Redis hash. Times in ms since the epoch. */
export const batchRecordSchema = z.object({
  id: z.string(),
  /** Name of the client whose it is; missing when clients had no names. */
  owner: z.string().optional(),
  endpoint: z.string(),
  inputFileId: z.string(),
  completionWindow: z.string(),
  metadata: json(z.record(z.string(), z.string()).nullable()),
  /** How long output and error file are kept, in ms. */
  outputTtlMs: z.coerce.number(),
  status: z.enum(batchStatuses),
  createdAt: z.coerce.number(),
  expiresAt: z.coerce.number(),
  inProgressAt: time,
  finalizingAt: time,
  completedAt: time,
  failedAt: time,
  expiredAt: time,
  cancellingAt: time,
  cancelledAt: time,
  /** Lines with a request. */
  total: count,
  /** Number of the last line. */
  lastLine: count,
  completed: count,
  failed: count,
  outputBytes: count,
  errorBytes: count,
  outputFileId: z.string().optional(),
  errorFileId: z.string().optional(),
  /** Lines that got a result per second, lately. */
  perSecond: z.coerce.number().optional(),
  /** When the counts were brought up to date last. */
  countedAt: time,
  /** How many lines failed, by status or error code. */
  failures: json(z.record(z.string(), z.number())).default({}),
  /** What is wrong with the input. */
  errors: json(
    z.array(
      z.object({
        code: z.string(),
        message: z.string(),
        param: z.string().nullable(),
        line: z.number().nullable(),
      }),
    ),
  ).optional(),
});

/** See {@link batchRecordSchema}. */
export type BatchRecord = Readonly<z.output<typeof batchRecordSchema>>;

/** Fields of a batch that change, as they are written. */
export type BatchChange = Partial<
  Omit<BatchRecord, "metadata" | "failures" | "errors">
> & {
  readonly failures?: BatchRecord["failures"];
  readonly errors?: NonNullable<BatchRecord["errors"]>;
};

/** Makes an id in the form of OpenAI's. */
export function newBatchId(): string {
  return `batch_${randomBytes(16).toString("hex")}`;
}

/** Whether a batch has come to its end. */
export function hasEnded({ status }: Pick<BatchRecord, "status">): boolean {
  return ["failed", "completed", "expired", "cancelled"].includes(status);
}

/** The pairs of field and value in which a change is stored. */
export function toHashFields(change: BatchChange | BatchRecord): string[] {
  return Object.entries(change).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const text =
      typeof value === "object" ? JSON.stringify(value) : String(value);
    return [name, text];
  });
}
