import { createBoundedLabel } from "@openrouter-free-pool/shared/metrics/bounded-label";
import {
  callBuckets,
  waitBuckets,
} from "@openrouter-free-pool/shared/metrics/duration-buckets";
import type { Metrics } from "@openrouter-free-pool/shared/metrics/metrics";
import type { TokenUse } from "@openrouter-free-pool/shared/queue/finished-request";
import type { PriorityName } from "@openrouter-free-pool/shared/queue/priorities";
import { Counter, Histogram } from "prom-client";

/** Clients may ask for any model; after so many different ones the rest are `other`. */
const mostModels = 100;
/** Statuses come from OpenRouter, and from whatever stands in front of it. */
const mostVerdicts = 40;

/** How a call of OpenRouter went. Durations in ms. */
export type MeasuredCall = {
  readonly model: string;
  /** What the answer meant, such as `account-limited:minute`. */
  readonly verdict: string;
  /** `refused`: because of a limit, a key or a model; `failed`: for a passing reason. */
  readonly outcome: "answered" | "refused" | "failed";
  readonly isStream: boolean;
  readonly priority: PriorityName;
  readonly upstreamMs: number;
  /** From the gateway's receipt of the request to this call. */
  readonly queueMs: number;
};

/** Measures calls of OpenRouter. */
export type CallMetrics = {
  measureCall(call: MeasuredCall): void;
  measureFirstToken(firstTokenMs: number): void;
  countTokens(model: string, tokens: TokenUse): void;
};

/** Builds {@link CallMetrics}. */
export function createCallMetrics({ registry }: Metrics): CallMetrics {
  const registers = [registry];
  const calls = new Counter({
    name: "orpool_upstream_calls_total",
    help: "Calls of OpenRouter by what their answers meant",
    labelNames: ["model", "verdict"],
    registers,
  });
  const duration = new Histogram({
    name: "orpool_upstream_duration_seconds",
    help: "Duration of a call of OpenRouter, a stream to its end",
    labelNames: ["stream", "outcome"],
    buckets: callBuckets,
    registers,
  });
  const firstToken = new Histogram({
    name: "orpool_upstream_first_token_seconds",
    help: "From a call to the first event of its stream",
    buckets: callBuckets,
    registers,
  });
  const wait = new Histogram({
    name: "orpool_queue_wait_seconds",
    help: "From a request to the call that brought its answer",
    labelNames: ["priority"],
    buckets: waitBuckets,
    registers,
  });
  const tokens = new Counter({
    name: "orpool_tokens_total",
    help: "Tokens as OpenRouter counts them",
    labelNames: ["model", "kind"],
    registers,
  });
  const boundModel = createBoundedLabel(mostModels);
  const boundVerdict = createBoundedLabel(mostVerdicts);

  return {
    measureCall({ model, verdict, outcome, isStream, priority, ...times }) {
      calls.inc({ model: boundModel(model), verdict: boundVerdict(verdict) });
      const stream = String(isStream);
      duration.observe({ stream, outcome }, times.upstreamMs / 1_000);
      if (outcome === "answered") {
        wait.observe({ priority }, times.queueMs / 1_000);
      }
    },
    measureFirstToken(firstTokenMs) {
      firstToken.observe(firstTokenMs / 1_000);
    },
    countTokens(model, { prompt, completion }) {
      const label = boundModel(model);
      tokens.inc({ model: label, kind: "prompt" }, prompt);
      tokens.inc({ model: label, kind: "completion" }, completion);
    },
  };
}
