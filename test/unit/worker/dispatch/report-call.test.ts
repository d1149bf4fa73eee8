import type { RecordUsage } from "@openrouter-free-pool/shared/usage/usage-recorder";
import { pino } from "pino";
import { expect, test, vi } from "vitest";
import { createReportCall } from "../../../../apps/worker/src/dispatch/report-call.ts";

test.for([
  [true, 1],
  [false, 0],
] as const)(
  "a call that was called off is one of its client's only if it was sent (%s)",
  async ([wasSent, calls]) => {
    const recordUsage = vi.fn<RecordUsage>();
    const measured = vi.fn();
    const reportCall = createReportCall({
      statistics: { count: () => undefined, observe: () => undefined },
      recordCall: () => undefined,
      recordUsage,
      metrics: { measureCall: measured, countTokens: () => undefined },
      logger: pino({ level: "silent" }),
    } as unknown as Parameters<typeof createReportCall>[0]);
    const model = "a/a:free";
    const failure = { reason: "aborted", message: "", wasSent };
    const result = { kind: "no-answer", failure, calledModel: model };
    reportCall(
      {
        id: "1",
        data: { client: "c", model, receivedAt: 0, isStream: false },
        progress: {},
        priority: 10,
      } as never,
      { key: { mask: "k" }, model } as never,
      {
        path: "/chat/completions",
        result: { ...result, upstreamMs: 1 },
        classification: { kind: "aborted", wasSent },
      } as never,
    );
    // It is reported after what the client waits for.
    await vi.waitFor(() => expect(measured).toHaveBeenCalledOnce());
    expect(recordUsage).toHaveBeenCalledTimes(calls);
  },
);
