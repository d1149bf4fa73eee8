import {
  type CompletionJob,
  readProgress,
  takenAt,
} from "@openrouter-free-pool/shared/queue/completion-job";
import type { ReplyFigures } from "@openrouter-free-pool/shared/replies/reply";

/**
 * How long a request has waited, how long its last call took, and how many calls it has cost.
 *
 * @param upstreamMs duration of its last call; 0 when there was none.
 */
export function figuresOf(
  job: CompletionJob,
  upstreamMs: number,
): ReplyFigures {
  // The queue takes it from Redis's clock, as gateways take `receivedAt`.
  const startedAt = takenAt(job) ?? job.data.receivedAt;
  const { calls, key } = readProgress(job);
  return {
    queueMs: Math.max(0, startedAt - job.data.receivedAt),
    upstreamMs,
    calls,
    ...(key === undefined ? {} : { key }),
  };
}
