import type { PoolOperator } from "@openrouter-free-pool/shared/key-pool/pool/pool-operator";
import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import { promoteDelayed } from "@openrouter-free-pool/shared/queue/promote-delayed";
import type { ActionName } from "./action-names.ts";
import type { RetryFromPage } from "./retry-from-page.ts";
import type { SendRequestAgain } from "./send-request-again.ts";

/** Something an operator can do; its texts are in the catalogue: `actions.….question` and so on. */
export type Action = {
  /** Whether requests may wait longer, or fail, because of it. */
  readonly isHarmful?: boolean;
  /** @returns false when there was nothing to do; a text that says why when it was refused. */
  readonly run: (targetId: string) => Promise<boolean | string>;
  /** The page that it belongs to; `/admin` when absent. */
  readonly page?: string;
};

/** Builds everything that an operator can do. */
export function createActions(deps: {
  queue: CompletionsQueue;
  operator: PoolOperator;
  /** @returns false when the batch has ended or does not exist. */
  cancelBatch: (batchId: string) => Promise<boolean>;
  retryBatch: RetryFromPage;
  sendEvent: (eventId: string) => Promise<true | string>;
  sendAgain: SendRequestAgain;
}): Record<ActionName, Action> {
  const { queue, operator } = deps;
  return {
    pause: {
      isHarmful: true,
      run: () => queue.pause().then(() => true),
    },
    resume: {
      run: () => queue.resume().then(() => true),
    },
    "take-out": {
      isHarmful: true,
      run: (id) => operator.takeOut(id),
    },
    "put-back": {
      run: (id) => operator.putBack(id),
    },
    probe: {
      run: (id) => operator.requestProbe(id),
    },
    unpark: {
      run: (account) => operator.unpark(account),
    },
    "end-cooldown": {
      async run(model) {
        const wasCooling = await operator.endCooldown(model);
        await promoteDelayed(queue, model);
        return wasCooling;
      },
    },
    "cancel-batch": {
      isHarmful: true,
      page: "/admin/batches",
      run: deps.cancelBatch,
    },
    "retry-batch": {
      page: "/admin/batches",
      run: deps.retryBatch,
    },
    "send-event": {
      page: "/admin/webhooks",
      run: deps.sendEvent,
    },
    "send-again": {
      page: "/admin/requests",
      run: deps.sendAgain,
    },
    "forget-gone": {
      run: (model) => operator.forgetGone(model),
    },
  };
}
