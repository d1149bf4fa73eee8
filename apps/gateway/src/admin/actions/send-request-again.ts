import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import { findJob } from "@openrouter-free-pool/shared/queue/find-jobs";
import type { SendBackgroundAgain } from "../../background/api/send-again.ts";
import { say } from "../../words/say.ts";
import type { SendAgain } from "../bull-board/send-again.ts";
import type { Once } from "../once/once.ts";
import { isBackground } from "./request-targets.ts";

/** Sends a request again that has ended. @returns true, or why it cannot be sent. */
export type SendRequestAgain = (target: string) => Promise<true | string>;

/** Builds {@link SendRequestAgain}: a background request by its id, any other by its job, if that was kept. */
export function createSendRequestAgain(deps: {
  queue: CompletionsQueue;
  sendAgain: SendAgain;
  sendBackgroundAgain: SendBackgroundAgain;
  once: Once;
}): SendRequestAgain {
  return async function sendRequestAgain(target) {
    if (isBackground(target)) {
      const send = () => deps.sendBackgroundAgain(target);
      return deps.once(`send-again:${target}`, send);
    }
    const job = await findJob(deps.queue, target);
    if (!job) return say("requests.notKept");
    return (await deps.sendAgain(job)) ?? true;
  };
}
