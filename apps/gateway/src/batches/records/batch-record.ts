import { randomBytes } from "node:crypto";
import {
  batchErrorSchema,
  batchStatuses,
} from "@openrouter-free-pool/shared/api/batch-object";
import { z } from "zod";

const time = z.coerce.number().optional();
const count = z.coerce.number().default(0);
const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue("is not JSON");
        return z.NEVER;
      }
    })
    .pipe(schema);

/** A batch as it is stored in a Redis hash. Times in ms since the epoch. */
export const batchRecordSchema = z.object({
  id: z.string(),
  /** Id of the client that owns it; missing when clients needed no keys. */
  owner: z.string().optional(),
  endpoint: z.string(),
  inputFileId: z.string(),
  /** Name of the input file at its upload; missing in batches of older gateways. */
  inputName: z.string().optional(),
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
  /** Lines of the input as its upload counted them; missing when they were not counted. */
  inputLines: z.coerce.number().optional(),
  /** Lines with a request. */
  total: count,
  /** Number of the last line. */
  lastLine: count,
  /** The models that lines ask for first, up to a maximum. */
  models: json(z.array(z.string())).optional(),
  completed: count,
  failed: count,
  outputBytes: count,
  errorBytes: count,
  outputFileId: z.string().optional(),
  errorFileId: z.string().optional(),
  /** When the files of the ended batch were first read to their end by its client. */
  outputReadAt: time,
  errorsReadAt: time,
  /** Recent rate of lines that got a result, per second. */
  perSecond: z.coerce.number().optional(),
  /** When the counts were updated last. */
  countedAt: time,
  /** How many lines failed, by status or error code. */
  failures: json(z.record(z.string(), z.number())).default({}),
  /** What is wrong with the input. */
  errors: json(z.array(batchErrorSchema)).optional(),
});

/** See {@link batchRecordSchema}. */
export type BatchRecord = Readonly<z.output<typeof batchRecordSchema>>;

/** Fields of a batch that change, as they are written. */
export type BatchChange = Partial<
  Omit<BatchRecord, "metadata" | "failures" | "errors" | "models">
> & {
  readonly models?: readonly string[];
  readonly failures?: BatchRecord["failures"];
  readonly errors?: NonNullable<BatchRecord["errors"]>;
};

/** Makes an id in OpenAI's form. */
export function newBatchId(): string {
  return `batch_${randomBytes(16).toString("hex")}`;
}

/** Whether a text can be the id of a batch; other texts are not looked up. */
export function isBatchId(text: string): boolean {
  return /^batch_[0-9a-f]{32}$/.test(text);
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
