import { findWorstWindow } from "../quota.ts";
import { type CallLog, type CallRecord, isModelCall } from "./call-log.ts";

/** Figures of the calls of models; only `byPath` has GETs, too. */
export type Summary = {
  total: number;
  inFlight: number;
  maxInFlight: number;
  aborted: number;
  /** Keyed by the status; `none` for calls without one. */
  byStatus: Record<string, number>;
  byKind: Record<string, number>;
  byModel: Record<string, number>;
  byAccount: Record<string, number>;
  byPath: Record<string, number>;
  /** Per account: the most free-model calls that arrived in any window, refused ones included. */
  worstWindow: Record<string, number>;
  /** The same without the calls that the account's quota refused. */
  worstCountedWindow: Record<string, number>;
  /** Calls that a true quota of an account refused; injected refusals are none. */
  quotaViolations: number;
  quotaRefusals: { minute: number; day: number; model: number };
};

function countBy(
  calls: readonly CallRecord[],
  name: (call: CallRecord) => string | number | null,
): Record<string, number> {
  const counts = new Map<string | number, number>();
  for (const call of calls) {
    const key = name(call) ?? "none";
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

function findWorstWindows(
  calls: readonly CallRecord[],
  windowMs: number,
  isIncluded: (call: CallRecord) => boolean,
): Record<string, number> {
  const timesByAccount = new Map<string, number[]>();
  for (const { at, account } of calls.filter(isIncluded)) {
    if (account === null) continue;
    const times = timesByAccount.get(account);
    if (times === undefined) timesByAccount.set(account, [at]);
    else times.push(at);
  }
  return Object.fromEntries(
    Array.from(timesByAccount, ([account, times]) => [
      account,
      findWorstWindow(times, windowMs),
    ]),
  );
}

/** Reads the whole log once; `windowMs` is the length of the windows that are judged. */
export function summarise(log: CallLog, windowMs: number): Summary {
  const calls = log.all.filter(isModelCall);
  const refusals = countBy(calls, (call) => call.quotaRefusal);
  const { minute = 0, day = 0, model = 0 } = refusals;
  return {
    total: calls.length,
    inFlight: log.inFlight,
    maxInFlight: log.maxInFlight,
    aborted: calls.filter((call) => call.abortedAt !== null).length,
    byStatus: countBy(calls, (call) => call.status),
    byKind: countBy(calls, (call) => call.kind),
    byModel: countBy(calls, (call) => call.model),
    byAccount: countBy(calls, (call) => call.account),
    byPath: countBy(log.all, (call) => call.path),
    worstWindow: findWorstWindows(calls, windowMs, (call) => call.free),
    worstCountedWindow: findWorstWindows(calls, windowMs, (c) => c.counted),
    quotaViolations: minute + day,
    quotaRefusals: { minute, day, model },
  };
}
