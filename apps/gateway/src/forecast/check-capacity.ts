import type { Submission } from "../jobs/submission.ts";
import type { ClientBudgets } from "./client-budgets.ts";
import type { Forecast } from "./forecast.ts";

/**
 * Admits one more request.
 *
 * @throws {GatewayError} when it would wait in vain, for the pool or for its client's own budget.
 */
export type CheckCapacity = (
  asked: Pick<Submission, "client" | "maxWaitMs" | "priority">,
) => Promise<void>;

/** Builds {@link CheckCapacity}. */
export function createCheckCapacity(deps: {
  forecast: Forecast;
  clientBudgets: ClientBudgets;
}): CheckCapacity {
  const { forecast, clientBudgets } = deps;
  return async function checkCapacity(asked) {
    const { client, maxWaitMs, priority } = asked;
    const refusal = await clientBudgets.findRefusal(asked);
    const isBudgeted = clientBudgets.holdsRequestsOf(client);
    await forecast.checkCapacity(maxWaitMs, priority, { isBudgeted, refusal });
  };
}
