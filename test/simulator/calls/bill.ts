import type { ModelAnswer } from "../dialects/dialect.ts";
import type { DeliveryFault } from "../faults/faults.ts";
import { AUTO_ROUTER, assumeFacts, isOnline } from "../models/models.ts";
import type { CompletionRequest } from "../request.ts";
import type { ResolvedSettings } from "../settings.ts";
import type { CallLog } from "./call-log.ts";

/** What an answer costs, in dollars. */
export type Charge = {
  cost: number;
  /**
   * `model` (its prices), `openrouter/auto`, `:online`, `plugin:web`, `plugin:file-parser`, and server tools by
   * their type.
   */
  billedFor: string[];
};

export type Bill = {
  /** Dollars. */
  total: number;
  /** Those that cost something, in order of arrival. */
  calls: ({ model: string | null } & Charge)[];
};

const DOLLARS_PER_EXTRA = 0.02;

const ERROR_KINDS: readonly (string | undefined)[] = [
  "embedded-error",
  "choice-error",
  "stream-error",
  "whitespace-body",
  "empty-stream",
] satisfies DeliveryFault["kind"][];

function priceTokens(settings: ResolvedSettings, answer: ModelAnswer): number {
  const { prices } = assumeFacts(settings, answer.model);
  return (
    Number(prices.prompt) * answer.promptTokens +
    Number(prices.completion) * answer.completionTokens +
    Number(prices.request ?? "0")
  );
}

/** Prices an answer of `model`; one that brings an error is free. */
export function priceAnswer(
  settings: ResolvedSettings,
  answer: ModelAnswer,
  { model, needs }: Pick<CompletionRequest, "needs"> & { model: string },
  fault: DeliveryFault | undefined,
): Charge {
  if (ERROR_KINDS.includes(fault?.kind)) return { cost: 0, billedFor: [] };
  const tokens = priceTokens(settings, answer);
  const extras = [...(isOnline(model) ? [":online"] : []), ...needs.paidExtras];
  const priced = model === AUTO_ROUTER ? AUTO_ROUTER : "model";
  return {
    cost: tokens + extras.length * DOLLARS_PER_EXTRA,
    billedFor: [...(tokens > 0 ? [priced] : []), ...extras],
  };
}

/** Adds up what the log's calls cost. */
export function readBill(log: CallLog): Bill {
  const calls = log.all
    .filter(({ cost }) => cost > 0)
    .map(({ model, cost, billedFor }) => ({ model, cost, billedFor }));
  return { total: calls.reduce((sum, { cost }) => sum + cost, 0), calls };
}
