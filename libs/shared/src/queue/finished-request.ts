import type { CompletionJob, CompletionRequest } from "./completion-job.ts";

/** Tokens that a call took, as OpenRouter counts them. */
export type TokenUse = {
  readonly prompt: number;
  readonly completion: number;
};

/** How a request ended. Durations in ms. */
export type Ending = {
  /** What its client got. */
  readonly status: number;
  /** What happened, when there was no answer of OpenRouter's. */
  readonly reason?: string;
  /** Calls made to OpenRouter, refused ones included. */
  readonly calls: number;
  readonly queueMs: number;
  readonly upstreamMs: number;
  readonly tokens?: TokenUse;
  /** Only where payloads are kept; a long one is cut. */
  readonly answer?: string;
};

/** What stays on a job when its request is over: no prompt, unless payloads are kept. */
export type FinishedRequest = Pick<
  CompletionRequest,
  "requestId" | "client" | "path" | "model" | "isStream" | "receivedAt"
> &
  Partial<CompletionRequest> & { readonly ending: Ending };

/** Makes what stays on the job. */
export function toFinishedRequest(
  job: CompletionJob,
  ending: Ending,
  keepPayloads: boolean,
): FinishedRequest {
  if (keepPayloads) return { ...job.data, ending };
  const { requestId, client, path, model, isStream, receivedAt } = job.data;
  return { requestId, client, path, model, isStream, receivedAt, ending };
}

/** Whether a request was answered although its job is still on the queue: its worker was lost in between. */
export function isFinished(job: CompletionJob): boolean {
  return "ending" in job.data;
}
