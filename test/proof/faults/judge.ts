import type { CallRecord } from "../../simulator/start-simulator.ts";
import type { Outcome } from "./clients.ts";
import type { Fault } from "./fault.ts";

/** What a fault came to; a line of the table. */
export type Figures = {
  readonly name: string;
  /** How long the fault lasted, in ms; 0 at once or as long as the load. */
  readonly lastsMs: number;
  readonly requests: number;
  readonly answered: number;
  /** Streams that had begun and ended with an error event. */
  readonly cut: number;
  readonly lost: number;
  readonly answeredTwice: number;
  /** How often clients sent a request again. */
  readonly sentAgain: number;
  readonly calls: number;
  /** Calls for a request that had been called before with success, as the upstream saw it. */
  readonly calledTwice: number;
  /** What had become of the calls before those. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Calls beyond a limit, in any sliding window or a day. */
  readonly overQuota: number;
  /** By how much later than the quota allows the last answer came, in ms. */
  readonly lateMs: number;
  /** Everything that must not be. */
  readonly problems: readonly string[];
};

/** Works out the figures of a fault from what clients and the upstream saw. */
export function judge(
  fault: Fault,
  seen: {
    outcomes: readonly Outcome[];
    calls: readonly CallRecord[];
    lateMs: number;
  },
): Figures {
  const { outcomes, calls } = seen;
  const count = (kind: Outcome["kind"]) =>
    outcomes.filter((outcome) => outcome.kind === kind).length;
  const sent = new Map(
    outcomes.map(({ marker, sentAgain }) => [marker, sentAgain]),
  );
  const reasons = explainRepetitions(calls, sent);
  const calledTwice = Object.values(reasons).reduce((sum, n) => sum + n, 0);
  const overQuota = calls.filter(({ quotaRefusal }) => quotaRefusal).length;
  const figures = {
    name: fault.name,
    lastsMs: fault.lastsMs ?? 0,
    requests: outcomes.length,
    answered: count("answered"),
    cut: count("cut"),
    lost: count("lost"),
    answeredTwice: count("answered-twice"),
    sentAgain: [...sent.values()].reduce((sum, n) => sum + n, 0),
    calls: calls.length,
    calledTwice,
    reasons,
    overQuota,
    lateMs: seen.lateMs,
  };
  const mostTwice = fault.calledAgain?.most ?? 0;
  const problems = [
    ...outcomes
      .filter(({ kind }) => kind === "lost" || kind === "answered-twice")
      .map(({ marker, kind, problem }) => `${marker} ${kind}: ${problem}`),
    ...(overQuota > 0 ? [`${overQuota} calls over quota`] : []),
    ...(calledTwice > mostTwice
      ? [`${calledTwice} calls made twice, ${mostTwice} expected at most`]
      : []),
  ];
  return { ...figures, problems };
}

/** Counts the calls after a good one, by what became of the good one. */
function explainRepetitions(
  calls: readonly CallRecord[],
  sent: ReadonlyMap<string, number>,
): Record<string, number> {
  const reasons: Record<string, number> = {};
  const good = new Map<string, CallRecord>();
  for (const call of calls) {
    if (call.marker === null || call.quotaRefusal) continue;
    const before = good.get(call.marker);
    if (before) {
      const who = sent.get(call.marker) ? "client asked again" : "sent again";
      const what =
        before.abortedAt === null ? "its answer was lost" : "it was broken off";
      const reason = `${what}, ${who}`;
      reasons[reason] = (reasons[reason] ?? 0) + 1;
    }
    if (call.kind === "ok") good.set(call.marker, call);
  }
  return reasons;
}
