import type { IncomingMessage, ServerResponse } from "node:http";
import { finished } from "node:stream/promises";

/** How long a refused body may go on arriving before its answer, in ms. */
const passingMs = 2_000;

/**
 * Discards the rest of a refused request's body: many clients read no answer before they have sent
 * everything. On a connection that is closed after the answer this is waited for: a close with
 * unread bytes sends a reset, which can overtake the answer.
 */
export async function letBodyPass(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.complete) return;
  request.resume();
  const isClosed =
    !response.shouldKeepAlive || response.getHeader("Connection") === "close";
  if (!isClosed) return;
  const signal = AbortSignal.timeout(passingMs);
  await finished(request, { signal }).catch(() => undefined);
}
