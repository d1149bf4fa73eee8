import {
  answerChecksForm,
  parseAnswerChecks,
} from "@openrouter-free-pool/shared/api/answer-checks";
import { listProblems } from "@openrouter-free-pool/shared/api/list-problems";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import { z } from "zod";
import { GatewayError } from "../../errors/gateway-error.ts";
import type { FileStore } from "../../files/file-store.ts";
import { isServed } from "../../files/is-served.ts";
import type { ReadForecasts } from "../forecast/read-forecasts.ts";
import { batchEndpoints } from "../input/endpoints.ts";
import type { BatchRecord } from "../records/batch-record.ts";
import type { BatchStore } from "../records/batch-store.ts";
import { newBatch } from "../records/new-batch.ts";
import {
  fittedWindow,
  parseCompletionWindow,
  windowForm,
} from "./completion-window.ts";
import { fitWindow } from "./fit-window.ts";

const endpoints = [...batchEndpoints.keys()];

/** Pairs in `metadata`; OpenAI's limit. */
export const mostPairs = 16;

/** The body of a request to create a batch. */
export const newBatchSchema = z.object({
  input_file_id: z.string().min(1),
  endpoint: z.string().refine((endpoint) => batchEndpoints.has(endpoint), {
    error: `must be one of ${endpoints.join(", ")}`,
  }),
  completion_window: z
    .string()
    .refine(isWindow, { error: `must be ${windowForm}` })
    .meta({
      description: `${windowForm}; auto fits it to the forecast, and the batch says what it became`,
    }),
  metadata: z
    .record(z.string().max(64), z.string().max(512))
    .refine((pairs) => Object.keys(pairs).length <= mostPairs, {
      error: `has more than ${mostPairs} pairs`,
    })
    .refine(hasKnownChecks, {
      error: `must be ${answerChecksForm}`,
      path: ["answer_check"],
    })
    .nullish(),
  output_expires_after: z
    .object({
      anchor: z.literal("created_at"),
      seconds: z.number().int().min(3_600).max(2_592_000),
    })
    .optional(),
});

function isWindow(text: string): boolean {
  return text === fittedWindow || parseCompletionWindow(text) !== undefined;
}

/** `answer_check` says what the answers to all lines are checked for. */
function hasKnownChecks({ answer_check }: Record<string, string>): boolean {
  return answer_check === undefined || !!parseAnswerChecks(answer_check);
}

/** Creates a batch from a checked body. */
export type CreateBatch = (
  body: unknown,
  owner: string | undefined,
) => Promise<BatchRecord>;

/** Builds {@link CreateBatch}; it throws `invalid-request` or `not-found`. */
export function createCreateBatch(deps: {
  files: FileStore;
  batches: BatchStore;
  clock: RedisClock;
  readForecasts: ReadForecasts;
  /** How long results are kept unless the request says otherwise. */
  outputTtlMs: number;
}): CreateBatch {
  return async function createBatch(body, owner) {
    const parsed = newBatchSchema.safeParse(body);
    if (!parsed.success) {
      throw new GatewayError("invalid-request", listProblems(parsed.error));
    }
    const { data } = parsed;
    const input = await deps.files.find(data.input_file_id);
    if (!input || !isServed(input, owner)) {
      throw new GatewayError(
        "not-found",
        `\`input_file_id\`: there is no file ${data.input_file_id}`,
      );
    }
    if (input.purpose !== "batch") {
      throw new GatewayError(
        "invalid-request",
        `\`input_file_id\`: the purpose of ${input.id} is not "batch"`,
      );
    }
    const seconds = data.output_expires_after?.seconds;
    const createdAt = deps.clock.now();
    const withWindow = (completionWindow: string) =>
      newBatch(
        {
          owner,
          input,
          endpoint: data.endpoint,
          completionWindow,
          windowMs: parseCompletionWindow(completionWindow) ?? 0,
          metadata: data.metadata ?? null,
          outputTtlMs:
            seconds === undefined ? deps.outputTtlMs : seconds * 1_000,
        },
        createdAt,
      );
    const batch = withWindow(
      data.completion_window === fittedWindow
        ? fitWindow(await readExpectedMs(withWindow(fittedWindow)))
        : data.completion_window,
    );
    await deps.batches.create(batch);
    return batch;
  };

  async function readExpectedMs(batch: BatchRecord) {
    const { ends_at: endsAt } = (await deps.readForecasts())(batch);
    return endsAt === null ? undefined : endsAt * 1_000 - batch.createdAt;
  }
}
