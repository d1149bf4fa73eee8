import type { BatchObject } from "@openrouter-free-pool/shared/api/batch-object";
import type { BatchRecord } from "./batch-record.ts";

/** The batch object of OpenAI's API. */
export function toBatchObject(batch: BatchRecord): BatchObject {
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
    created_at: Math.floor(batch.createdAt / 1_000),
    in_progress_at: toSeconds(batch.inProgressAt),
    expires_at: toSeconds(batch.expiresAt),
    finalizing_at: toSeconds(batch.finalizingAt),
    completed_at: toSeconds(batch.completedAt),
    failed_at: toSeconds(batch.failedAt),
    expired_at: toSeconds(batch.expiredAt),
    cancelling_at: toSeconds(batch.cancellingAt),
    cancelled_at: toSeconds(batch.cancelledAt),
    request_counts: {
      total: batch.total,
      completed: batch.completed,
      failed: batch.failed,
    },
    metadata: batch.metadata,
  };
}

function toSeconds(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.floor(ms / 1_000);
}
