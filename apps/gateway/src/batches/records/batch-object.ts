import type {
  BatchForecast,
  BatchObject,
} from "@openrouter-free-pool/shared/api/batch-object";
import { toEpochSeconds } from "@openrouter-free-pool/shared/api/epoch-seconds";
import type { BatchRecord } from "./batch-record.ts";

/** The batch object of OpenAI's API, with the batch's forecast. */
export function toBatchObject(
  batch: BatchRecord,
  forecast: BatchForecast,
): BatchObject {
  return {
    id: batch.id,
    object: "batch",
    endpoint: batch.endpoint,
    errors: batch.errors ? { object: "list", data: [...batch.errors] } : null,
    input_file_id: batch.inputFileId,
    completion_window: batch.completionWindow,
    status: batch.status,
    output_file_id: batch.outputFileId ?? null,
    error_file_id: batch.errorFileId ?? null,
    created_at: toEpochSeconds(batch.createdAt),
    in_progress_at: toOptionalSeconds(batch.inProgressAt),
    expires_at: toOptionalSeconds(batch.expiresAt),
    finalizing_at: toOptionalSeconds(batch.finalizingAt),
    completed_at: toOptionalSeconds(batch.completedAt),
    failed_at: toOptionalSeconds(batch.failedAt),
    expired_at: toOptionalSeconds(batch.expiredAt),
    cancelling_at: toOptionalSeconds(batch.cancellingAt),
    cancelled_at: toOptionalSeconds(batch.cancelledAt),
    request_counts: {
      total: batch.total,
      completed: batch.completed,
      failed: batch.failed,
    },
    metadata: batch.metadata,
    results_read_at: toOptionalSeconds(findResultsRead(batch)),
    forecast,
  };
}

/** When the last of the batch's files was read; undefined while one has not been, or there is none. */
function findResultsRead(batch: BatchRecord): number | undefined {
  const readAt = [
    ...(batch.outputFileId ? [batch.outputReadAt] : []),
    ...(batch.errorFileId ? [batch.errorsReadAt] : []),
  ].map((at) => at ?? Number.NaN);
  const last = Math.max(...readAt);
  return Number.isFinite(last) ? last : undefined;
}

function toOptionalSeconds(ms: number | undefined): number | null {
  return ms === undefined ? null : toEpochSeconds(ms);
}
