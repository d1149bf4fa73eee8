import { isErrorLine, type LogLine } from "../processes/app-process.ts";
import type { DrawnRequest } from "./draw-requests.ts";
import { findFault, findLeak } from "./find-faults.ts";
import type { FuzzAnswer } from "./send-fuzz.ts";

const mostShown = 20;

/** What came of the requests. */
export type FuzzTally = {
  /** Answered or not. */
  readonly requests: number;
  /** Those of them that the upstream had an answer for. */
  readonly calls: number;
  readonly byStatus: Readonly<Record<string, number>>;
  /** Requests after which something was as it must not be. */
  readonly faults: readonly string[];
  /** Connections that were closed without an answer, by what was said of it. */
  readonly unanswered: Readonly<Record<string, number>>;
  /** Log lines at `error` and above, by their message. */
  readonly errors: Readonly<Record<string, number>>;
};

/** Looks at answers and log lines, and counts them. */
export function createTally(secrets: readonly string[]) {
  const count: Record<
    "byStatus" | "unanswered" | "errors",
    Record<string, number>
  > = { byStatus: {}, unanswered: {}, errors: {} };
  const faults: string[] = [];
  let requests = 0;
  let calls = 0;

  function add(what: keyof typeof count, name: string): void {
    count[what][name] = (count[what][name] ?? 0) + 1;
  }

  function countRequest({ request }: DrawnRequest): void {
    requests += 1;
    if (request.upstream) calls += 1;
  }

  return {
    recordAnswer(drawn: DrawnRequest, answer: FuzzAnswer): void {
      countRequest(drawn);
      add("byStatus", String(answer.status));
      const fault = findFault(drawn.request, answer, secrets);
      if (!fault) return;
      const text = answer.text.slice(0, 500);
      faults.push(`${describeRequest(drawn)}: ${fault}: ${text}`);
    },
    recordUnanswered(drawn: DrawnRequest, { message }: Error): void {
      countRequest(drawn);
      add("unanswered", message);
      faults.push(`${describeRequest(drawn)}: ${message}`);
    },
    /** First of all: what follows from it is no news. */
    recordStop({ message }: Error): void {
      faults.unshift(`stopped after ${requests} requests: ${message}`);
    },
    recordLog(lines: readonly string[]): void {
      for (const line of lines) {
        const leak = findLeak(line, secrets);
        if (leak) faults.push(`a log line with ${leak}: ${line.slice(0, 300)}`);
        if (!line.startsWith("{")) continue;
        const entry = JSON.parse(line) as LogLine;
        if (isErrorLine(entry)) add("errors", entry.msg ?? "");
      }
    },
    read: (): FuzzTally => ({
      requests,
      calls,
      ...count,
      faults: faults.slice(0, mostShown),
    }),
  };
}

function describeRequest({ request, seed, number }: DrawnRequest): string {
  const { method, path, headers, body } = request;
  const head = `${method} ${path.slice(0, 200)} ${JSON.stringify(headers)}`;
  const text = JSON.stringify(String(body).slice(0, 300));
  return `seed ${seed}, number ${number}: ${head} ${text}`;
}
