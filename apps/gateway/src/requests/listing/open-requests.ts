import type { RequestObject } from "@openrouter-free-pool/shared/api/past/requests-object";
import type { OpenJob } from "@openrouter-free-pool/shared/queue/open-jobs/list-open-jobs";
import { priorityName } from "@openrouter-free-pool/shared/queue/priorities";

/** What is known in addition to the job itself. */
export type Names = {
  readonly nameClient: (id: string) => string;
  /** The mask of a key; undefined when it is not in the pool. */
  readonly maskOf: (keyId: string) => string | undefined;
};

/** The leader of a line's job is a batch: the job has its id in place of a gateway's. */
const batchId = /^batch_/;

/**
 * An open request as the API shows it.
 *
 * @param now ms since the epoch of Redis's clock.
 */
export function toOpenRequest(
  job: OpenJob,
  { nameClient, maskOf }: Names,
  now: number,
): RequestObject {
  const { jobId, state, since, takenAt, client, gatewayId = "" } = job;
  const isLine = batchId.test(gatewayId);
  const isCalling = state === "calling" && takenAt !== undefined;
  const key = job.keyId === undefined ? undefined : maskOf(job.keyId);
  return {
    id: isLine ? lineRequestId(jobId) : null,
    jobId,
    kind: isLine ? "line" : null,
    of: isLine ? gatewayId : null,
    state,
    client: client === undefined ? null : nameClient(client),
    model: job.models[0] ?? null,
    calledModel: null,
    key: (isCalling ? key : undefined) ?? job.key ?? null,
    priority: priorityName(job.priority),
    place: job.place ?? null,
    status: null,
    reason: null,
    error: null,
    createdAt: toIso(since) ?? null,
    dueAt: toIso(job.dueAt) ?? null,
    deadline: toIso(job.deadline) ?? null,
    endedAt: null,
    waitedMs: Math.max(0, (isCalling ? takenAt : now) - since),
    callMs: isCalling ? Math.max(0, now - takenAt) : null,
    totalMs: null,
    attempts: job.calls,
    tokens: null,
  };
}

/** A line's job id contains batch and line, and the number of the job if it is not the first. */
function lineRequestId(jobId: string): string {
  const [batch, line] = jobId.split(".");
  return `${batch}-${line}`;
}

/** ISO 8601 of a time in ms since the epoch; undefined when it is absent or no valid date. */
export function toIso(time: number | undefined): string | undefined {
  if (time === undefined || !(Math.abs(time) < 8.64e15)) return undefined;
  return new Date(time).toISOString();
}
