import type { PoolOperator } from "@openrouter-free-pool/shared/key-pool/pool/pool-operator";
import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import { promoteDelayed } from "@openrouter-free-pool/shared/queue/promote-delayed";
import type { ActionName } from "./action-names.ts";
import type { RetryFromPage } from "./retry-from-page.ts";
import type { SendRequestAgain } from "./send-request-again.ts";

/** Something an operator can do, in words and in deed. */
export type Action = {
  readonly question: (target: string) => string;
  readonly consequence: string;
  readonly button: string;
  /** Whether requests may have to wait longer, or fail, because of it. */
  readonly isHarmful?: boolean;
  /** What is said when it is done. */
  readonly done: (target: string) => string;
  /** @returns false when there was nothing to do it to; a text when it was refused, which says why. */
  readonly run: (targetId: string) => Promise<boolean | string>;
  /** The page that it belongs to; `/admin` when absent. */
  readonly page?: string;
};

/** Builds everything that an operator can do; a target is named by its mask, account or model. */
export function createActions(deps: {
  queue: CompletionsQueue;
  operator: PoolOperator;
  /** @returns false when the batch has ended, or never was. */
  cancelBatch: (batchId: string) => Promise<boolean>;
  retryBatch: RetryFromPage;
  sendEvent: (eventId: string) => Promise<true | string>;
  sendAgain: SendRequestAgain;
}): Record<ActionName, Action> {
  const { queue, operator } = deps;
  return {
    pause: {
      question: () => "Pause the queue?",
      consequence:
        "Workers take no more requests; calls in flight go on. New requests wait, and those whose time runs out are answered with 504.",
      button: "Pause the queue",
      isHarmful: true,
      done: () => "The queue is paused.",
      run: () => queue.pause().then(() => true),
    },
    resume: {
      question: () => "Resume the queue?",
      consequence: "Workers go on where they stopped.",
      button: "Resume the queue",
      done: () => "The queue goes on.",
      run: () => queue.resume().then(() => true),
    },
    "take-out": {
      question: (key) => `Take ${key} out of use?`,
      consequence:
        "No further call is made with it until somebody puts it back; a call in flight goes on. If it is the last usable key, new requests are refused.",
      button: "Take it out",
      isHarmful: true,
      done: (key) => `${key} is out of use.`,
      run: (id) => operator.takeOut(id),
    },
    "put-back": {
      question: (key) => `Put ${key} back into use?`,
      consequence: "Calls are made with it again as soon as a slot is free.",
      button: "Put it back",
      done: (key) => `${key} is back in use.`,
      run: (id) => operator.putBack(id),
    },
    probe: {
      question: (key) => `Ask OpenRouter about ${key}?`,
      consequence:
        "A worker asks for the key's state, which costs no quota. A key that is well comes back into use, one that is refused goes out.",
      button: "Ask now",
      done: (key) => `A worker asks about ${key}; its row tells the answer.`,
      run: (id) => operator.requestProbe(id),
    },
    unpark: {
      question: (account) => `End the parking of ${account}?`,
      consequence:
        "OpenRouter said that this account is limited. If that still holds, the next call is refused and the account parked again.",
      button: "End the parking",
      done: (account) => `${account} is called again.`,
      run: (account) => operator.unpark(account),
    },
    "end-cooldown": {
      question: (model) => `End the cooldown of ${model}?`,
      consequence:
        "Its delayed requests go out at once. If the model is still overloaded, it cools down again.",
      button: "End the cooldown",
      done: (model) => `${model} is called again.`,
      async run(model) {
        const wasCooling = await operator.endCooldown(model);
        await promoteDelayed(queue, model);
        return wasCooling;
      },
    },
    "cancel-batch": {
      question: (batch) => `Cancel ${batch}?`,
      consequence:
        "Its lines that wait are not called any more; calls in flight may finish. What it has is kept, and the rest can be called again later with Retry failed.",
      button: "Cancel the batch",
      isHarmful: true,
      done: (batch) => `${batch} is being cancelled.`,
      page: "/admin/batches",
      run: deps.cancelBatch,
    },
    "retry-batch": {
      question: (batch) => `Call the failed lines of ${batch} again?`,
      consequence:
        "A new batch is made of the lines that have no successful answer, for the same client. It takes quota; the old batch stays as it is.",
      button: "Call them again",
      done: (batch) => `A new batch has the failed lines of ${batch}.`,
      page: "/admin/batches",
      run: deps.retryBatch,
    },
    "send-event": {
      question: (event) => `Send ${event} again?`,
      consequence:
        "It goes out at once under the same webhook-id, so that a receiver that has it already can tell; without an answer it is tried for 3 days more.",
      button: "Send it",
      done: (event) => `${event} is on its way.`,
      page: "/admin/webhooks",
      run: deps.sendEvent,
    },
    "send-again": {
      question: (request) => `Send ${request} again?`,
      consequence:
        "It takes quota. A background request is asked again under a new id, which the list shows, for the same client. Another one has no client any more: its answer stays with its job in bull-board.",
      button: "Send it again",
      done: (request) => `${request} is sent again.`,
      page: "/admin/requests",
      run: deps.sendAgain,
    },
    "forget-gone": {
      question: (model) => `Forget that ${model} is gone?`,
      consequence:
        "The next request for it is one call that finds out whether OpenRouter serves it again; others wait for what it says.",
      button: "Forget it",
      done: (model) => `${model} may be called again.`,
      run: (model) => operator.forgetGone(model),
    },
  };
}
