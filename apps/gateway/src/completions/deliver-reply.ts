import type {
  Reply,
  StreamPartReply,
} from "@openrouter-free-pool/shared/replies/reply";
import type { Logger } from "pino";
import { GatewayError } from "../gateway-error.ts";
import type { RecoverLostJobs } from "./recover-lost-jobs.ts";
import type { WaitingRequests } from "./waiting-requests.ts";
import type { Withdraw } from "./withdraw.ts";

/** Hands each reply to the request that it is for; one that nobody waits for is dropped. */
export function createDeliverReply(deps: {
  waiting: WaitingRequests;
  withdraw: Withdraw;
  recover: RecoverLostJobs;
  logger: Logger;
}): (jobId: string, reply: Reply) => void {
  const { waiting, withdraw, recover, logger } = deps;

  function deliverPart(jobId: string, part: StreamPartReply): void {
    const entry = waiting.find(jobId);
    if (!entry) return;
    if (part.kind === "stream-start") entry.workerId = part.workerId;
    else if (part.isBeginning) entry.hasBegun = true;
    if (entry.receive(part)) return;

    const message = "A part of the stream was lost";
    waiting.settle(jobId, new GatewayError("stream-broken", message));
    withdraw.callOff(jobId).catch(warn(jobId));
  }

  const warn = (jobId: string) => (error: unknown) =>
    logger.warn({ jobId, err: error }, "Following up on a reply failed");

  return function deliverReply(jobId, reply) {
    switch (reply.kind) {
      case "orphaned":
        recover.resubmit(jobId).catch(warn(jobId));
        return;
      case "stream-start":
      case "stream-data":
        deliverPart(jobId, reply);
        return;
      default:
        waiting.settle(jobId, reply);
    }
  };
}
