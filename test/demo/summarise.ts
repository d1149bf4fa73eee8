import colors from "picocolors";
import type { Summary } from "../simulator/start-simulator.ts";
import type { ChatResult } from "../support/chat.ts";
import { percentile } from "../support/percentile.ts";
import type { Burst } from "./run-burst.ts";
import { optimumMs, settings } from "./settings.ts";

const { requests, accounts, perMinute, windowMs, workers } = settings;

/** What the person who runs the demo is about to see. */
export const introduction = `
${colors.bold("openrouter-free-pool")}: ${requests} requests at once, ${accounts} accounts of ${perMinute} calls per window.

A stand-in plays OpenRouter and enforces the limits by itself; the gateway, ${workers} workers and Redis are
the real ones. A "minute" lasts ${windowMs / 1_000} s here, so the last answer cannot come before ${optimumMs / 1_000} s.
`;

/** The closing words, and whether every request got its answer. */
export function summarise(
  burst: Burst,
  summary: Summary,
): { text: string; isLossless: boolean } {
  const answered = burst.answers.filter(({ status }) => status === 200);
  const rejected = burst.answers.length - answered.length;
  const refused = summary.byStatus["429"] ?? 0;
  const lastAt = Math.max(
    burst.startedAt,
    ...burst.answers.map(({ doneAt }) => doneAt),
  );
  const drainMs = lastAt - burst.startedAt;
  const added = answered.map(addedLatency);
  const isLossless = answered.length === requests;
  const rows: [string, string][] = [
    ["answered", `${answered.length} of ${requests}`],
    ["rejected", String(rejected)],
    ["lost", String(burst.lost.length)],
    ["429s from OpenRouter", String(refused)],
    [
      "drained in",
      `${(drainMs / 1_000).toFixed(2)} s, ${(drainMs / optimumMs).toFixed(3)} × the optimum of ${optimumMs / 1_000} s`,
    ],
    [
      "latency added by the stack",
      `p50 ${percentile(added, 50).toFixed(0)} ms, p99 ${percentile(added, 99).toFixed(0)} ms (besides queueing and the call)`,
    ],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const table = rows
    .map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)
    .join("\n");
  const verdict = isLossless
    ? colors.green("Every request got its answer; none was turned away.")
    : colors.red("Some requests did not get their answer.");
  return { text: `\n${table}\n\n${verdict}\n${nextSteps}`, isLossless };
}

const nextSteps = `
Next: put your keys into .env (see .env.example), run ${colors.bold("npm start")}, and point any OpenAI client at
http://localhost:3000/v1.
`;

/** Time that went neither into waiting for a slot nor into the call, in ms. */
function addedLatency({ tookMs, headers }: ChatResult): number {
  const queueMs = Number(headers.get("x-queue-time-ms"));
  const upstreamMs = Number(headers.get("x-upstream-time-ms"));
  return Math.max(0, tookMs - queueMs - upstreamMs);
}
