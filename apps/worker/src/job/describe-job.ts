import {
  type CompletionJob,
  readProgress,
} from "@openrouter-free-pool/shared/queue/completion-job";

/** The fields by which everything that is logged about a request can be found. */
export function describeJob(job: CompletionJob) {
  const { requestId, client, model } = job.data;
  const { calls } = readProgress(job);
  return { requestId, jobId: job.id, client, model, call: calls };
}
