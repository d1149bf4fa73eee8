import type { RequestObject } from "@openrouter-free-pool/shared/api/past/requests-object";
import { type EndedRequest, stateOf } from "../ended/ended-request.ts";
import { type Names, toIso } from "./open-requests.ts";

/** An ended request as the API shows it. */
export function toEndedRequest(
  ended: EndedRequest,
  { nameClient }: Pick<Names, "nameClient">,
): RequestObject {
  const { client, promptTokens, completionTokens } = ended;
  const isCounted =
    promptTokens !== undefined || completionTokens !== undefined;
  return {
    id: ended.requestId,
    jobId: ended.jobId ?? null,
    kind: ended.kind,
    of: ended.of ?? null,
    state: stateOf(ended),
    client: client === undefined ? null : nameClient(client),
    model: ended.model ?? null,
    calledModel: ended.calledModel ?? null,
    key: ended.key ?? null,
    priority: null,
    place: null,
    status: ended.status,
    reason: ended.code ?? null,
    error: ended.error ?? null,
    createdAt: null,
    dueAt: null,
    deadline: null,
    endedAt: toIso(ended.endedAt) ?? null,
    waitedMs: wholeMs(ended.waitedMs),
    callMs: wholeMs(ended.callMs),
    totalMs: wholeMs(ended.totalMs),
    attempts: ended.calls ?? 0,
    tokens: isCounted
      ? { prompt: promptTokens ?? 0, completion: completionTokens ?? 0 }
      : null,
  };
}

function wholeMs(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms);
}
