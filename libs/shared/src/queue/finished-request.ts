import type { CompletionJob, CompletionRequest } from "./completion-job.ts";

/** Tokens of a call, as OpenRouter counts them. */
export type TokenUse = {
  readonly prompt: number;
  readonly completion: number;
};

/** How a request ended. Durations in ms. */
export type Ending = {
  /** The status that its client got. */
  readonly status: number;
  /** What happened, when OpenRouter gave no answer. */
  readonly reason?: string;
  /** Calls made to OpenRouter, refused ones included. */
  readonly calls: number;
  readonly queueMs: number;
  readonly upstreamMs: number;
  readonly tokens?: TokenUse;
  /** Only when payloads are kept; a long one is cut. */
  readonly answer?: string;
};

/** The data of a job whose request has ended: no prompt, unless payloads are kept. */
export type FinishedRequest = Pick<
  CompletionRequest,
  "requestId" | "client" | "path" | "model" | "isStream" | "receivedAt"
> &
  Partial<CompletionRequest> & { readonly ending: Ending };

/**
 * Makes the data of an ended job. Payloads stay within the bytes that their gateway allows: a body
 * completely or not at all, and of the answer what fits beside it.
 */
export function toFinishedRequest(
  job: CompletionJob,
  ending: Ending,
  keepPayloads: boolean,
): FinishedRequest {
  const { requestId, client, path, model, isStream, receivedAt } = job.data;
  const request = { requestId, client, path, model, isStream, receivedAt };
  if (!keepPayloads) return { ...request, ending };
  const { body, keptPayloadBytes: room = 0, ...rest } = job.data;
  const bodyBytes = body === undefined ? 0 : jsonBytes(body);
  const keepsBody = body !== undefined && bodyBytes <= room;
  const left = keepsBody ? room - bodyBytes : room;
  const { answer, ...facts } = ending;
  return {
    ...rest,
    // For its next answer, in case it is sent again.
    keptPayloadBytes: room,
    ...(keepsBody ? { body } : {}),
    ending:
      answer === undefined ? ending : { ...facts, answer: cut(answer, left) },
  };
}

/** The beginning of a text that takes no more than so many bytes as JSON. */
function cut(text: string, bytes: number): string {
  // A character takes at least a byte in JSON.
  let kept = text.slice(0, bytes);
  while (kept !== "" && jsonBytes(kept) > bytes) {
    kept = kept.slice(0, Math.floor(kept.length / 2));
  }
  return kept;
}

const jsonBytes = (text: string) => Buffer.byteLength(JSON.stringify(text));

/** Whether a request was answered although its job is still on the queue: its worker was lost in between. */
export function isFinished(job: CompletionJob): boolean {
  return "ending" in job.data;
}
