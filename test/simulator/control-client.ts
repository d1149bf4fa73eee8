import type { CallFilter, CallRecord } from "./calls/call-log.ts";
import { isRecord } from "./json.ts";

const CONTROL_PATH = "/__simulator";
const CALLS_PER_PAGE = 10_000;

/** Sends one control request; throws on anything but a 200. */
export type Send = (
  method: string,
  path: string,
  body?: unknown,
) => Promise<Record<string, unknown>>;

/** Makes a `Send` for the simulator at this origin. */
export function createSend(origin: string): Send {
  return async (method, path, body) => {
    const response = await fetch(`${origin}${CONTROL_PATH}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (response.ok && isRecord(answer)) return answer;
    throw new Error(`simulator control ${path}: ${JSON.stringify(answer)}`);
  };
}

/** Reads the log page by page: as one answer, a long one would be a gigabyte of text. */
export async function readCalls(
  send: Send,
  filter: CallFilter,
): Promise<CallRecord[]> {
  const { limit = Number.POSITIVE_INFINITY, since = 0, ...names } = filter;
  const found: CallRecord[] = [];
  let after = since;
  for (;;) {
    const pageSize = Math.min(CALLS_PER_PAGE, limit - found.length);
    const query = new URLSearchParams({
      ...names,
      since: String(after),
      limit: String(pageSize),
    });
    const answer = await send("GET", `/calls?${query}`);
    const calls = answer.calls as CallRecord[];
    for (const call of calls) found.push(call);
    const last = calls.at(-1);
    if (calls.length < pageSize || last === undefined) return found;
    if (found.length >= limit) return found;
    after = last.n;
  }
}
