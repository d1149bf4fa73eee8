import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Statistics } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import type { Logger } from "pino";
import type { MeasureBackground } from "../../metrics/measure-background.ts";
import type { RecordRequest } from "../../usage/record-request.ts";
import type { WholeAnswer } from "../contents/background-contents.ts";
import type { BackgroundOrder } from "../records/background-record.ts";
import type { OnAnswered } from "./run-request.ts";

/** Builds what records an answered background request: statistics, its client's use, and the log. */
export function createRecordAnswer(deps: {
  statistics: Statistics;
  recordRequest: RecordRequest;
  /** Says, once, that the request has ended. */
  publishEnd: (order: BackgroundOrder, answer: WholeAnswer) => Promise<void>;
  measure: MeasureBackground;
  clock: RedisClock;
  logger: Logger;
}): OnAnswered {
  return async (order, answer, reply) => {
    const { status } = answer;
    // First: it may fail, and is then tried again.
    await deps.publishEnd(order, answer);
    const figures =
      reply?.kind === "answer" || reply?.kind === "failure" ? reply : undefined;
    deps.statistics.count(`status:${status}`);
    deps.recordRequest({
      client: order.owner,
      model: figures?.calledModel ?? order.model,
      isAnswered: status < 400,
      queueMs: figures?.queueMs,
    });
    const totalMs = deps.clock.now() - order.createdAt;
    const outcome = status < 400 ? "answered" : "failed";
    deps.measure({ outcome, totalMs });
    const { id, requestId, owner, path, model } = order;
    deps.logger.info(
      {
        id,
        requestId,
        clientId: owner,
        path,
        model,
        status,
        attempts: figures?.calls,
        queueMs: figures?.queueMs,
        upstreamMs: figures?.upstreamMs,
        totalMs,
      },
      "Background request answered",
    );
  };
}
