import fc from "fast-check";
import {
  type AppProcess,
  isErrorLine,
  type LogLine,
} from "../processes/app-process.ts";
import { residentMiB } from "../processes/memory.ts";
import { type Stack, startStack, testKey } from "../processes/stack.ts";
import { findFault, findLeak } from "./find-faults.ts";
import type { FuzzRequest } from "./fuzz-request.ts";
import { fuzzRequests } from "./requests.ts";
import { createSendFuzz } from "./send-fuzz.ts";

const atATime = 24;
const perBatch = 500;
const password = "a-password-that-nobody-sees";
const mostShown = 20;

/** What came of the requests. */
export type FuzzFigures = {
  readonly requests: number;
  readonly calls: number;
  readonly byStatus: Readonly<Record<string, number>>;
  /** Requests after which something was as it must not be. */
  readonly faults: readonly string[];
  /** Connections that were closed without an answer, by what was said of it. */
  readonly unanswered: Readonly<Record<string, number>>;
  /** Log lines at `error` and above, by their message. */
  readonly errors: Readonly<Record<string, number>>;
  /** Memory of gateway and worker after each share of the requests, in MiB. */
  readonly memory: readonly { gateway: number; worker: number }[];
  readonly seconds: number;
};

/**
 * Sends so many random requests to a real stack, and looks at every answer and log line.
 *
 * The requests follow from the seed; when they overlap does not.
 */
export async function runFuzz(
  redisUrl: string,
  options: {
    requests: number;
    seed: number;
    onProgress?: (figures: FuzzFigures) => void;
  },
): Promise<FuzzFigures> {
  const stack = await startStack({
    redisUrl,
    accounts: 2,
    perMinute: 1_000_000,
    perDay: 10_000_000,
    env: {
      MODEL_CHECK: "false",
      MAX_ATTEMPTS: "1",
      UPSTREAM_TIMEOUT_MS: "10000",
      ADMIN_PASSWORD: password,
    },
  });
  try {
    return await fuzz(stack, options);
  } finally {
    await stack.stop();
  }
}

async function fuzz(
  stack: Stack,
  { requests, seed, onProgress }: Parameters<typeof runFuzz>[1],
): Promise<FuzzFigures> {
  const secrets = [testKey(0), testKey(1), password];
  const { send, close } = createSendFuzz(stack.url, atATime);
  const startedAt = performance.now();
  const count: Record<
    "byStatus" | "unanswered" | "errors",
    Record<string, number>
  > = { byStatus: {}, unanswered: {}, errors: {} };
  const add = (what: keyof typeof count, name: string) => {
    count[what][name] = (count[what][name] ?? 0) + 1;
  };
  const faults: string[] = [];
  const memory: { gateway: number; worker: number }[] = [];
  let sent = 0;
  let calls = 0;

  async function sendOne(request: FuzzRequest, at: string): Promise<void> {
    if (request.upstream) {
      const { model } = JSON.parse(String(request.body)) as { model: string };
      calls += 1;
      const rule = { match: { model }, fault: request.upstream };
      await stack.simulator.script([rule]);
    }
    try {
      const answer = await send(request);
      add("byStatus", String(answer.status));
      const fault = findFault(request, answer, secrets);
      if (fault) {
        const text = answer.text.slice(0, 500);
        faults.push(`${describeRequest(at, request)}: ${fault}: ${text}`);
      }
    } catch (error) {
      const { message } = error as Error;
      add("unanswered", message);
      faults.push(`${describeRequest(at, request)}: ${message}`);
    }
  }

  function readLog(app: AppProcess | undefined): void {
    for (const line of app?.drain() ?? []) {
      const leak = findLeak(line, secrets);
      if (leak) faults.push(`a log line with ${leak}: ${line.slice(0, 300)}`);
      if (!line.startsWith("{")) continue;
      const entry = JSON.parse(line) as LogLine;
      if (isErrorLine(entry)) add("errors", entry.msg ?? "");
    }
  }

  const figures = (): FuzzFigures => ({
    requests: sent,
    calls,
    ...count,
    faults: faults.slice(0, mostShown),
    memory,
    seconds: (performance.now() - startedAt) / 1_000,
  });
  const measureEvery = Math.max(perBatch, Math.ceil(requests / 40));
  const [gateway, worker] = [stack.gateways[0], stack.workers[0]];
  for (let batch = 0; sent < requests; batch += 1) {
    const numRuns = Math.min(perBatch, requests - sent);
    const list = fc.sample(fuzzRequests, { seed: seed + batch, numRuns });
    const entries = list.entries();
    const lanes = Array.from({ length: atATime }, async () => {
      for (const [index, request] of entries) {
        await sendOne(request, `seed ${seed + batch}, number ${index}:`);
      }
    });
    await Promise.all(lanes);
    readLog(gateway);
    readLog(worker);
    const before = Math.floor(sent / measureEvery);
    sent += numRuns;
    if (Math.floor(sent / measureEvery) === before && sent < requests) continue;
    // Throws when one of them has ended.
    memory.push({
      gateway: residentMiB(gateway?.pid ?? 0),
      worker: residentMiB(worker?.pid ?? 0),
    });
    onProgress?.(figures());
  }
  close();
  return figures();
}

function describeRequest(at: string, request: FuzzRequest): string {
  const { method, path, headers, body } = request;
  const head = `${method} ${path.slice(0, 200)} ${JSON.stringify(headers)}`;
  return `${at} ${head} ${JSON.stringify(String(body).slice(0, 300))}`;
}
