import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import {
  type AnswerReply,
  type FailureReply,
  modelOf,
} from "@openrouter-free-pool/shared/replies/reply";
import type { Statistics } from "@openrouter-free-pool/shared/statistics/statistics-recorder";
import type { Logger } from "pino";
import type { MeasureBackground } from "../../metrics/measure-background.ts";
import type { RecordEnded } from "../../requests/ended/ended-log.ts";
import type { RecordRequest } from "../../usage/record-request.ts";
import type { WholeAnswer } from "../contents/background-contents.ts";
import type { BackgroundOrder } from "../records/background-record.ts";
import type { OnAnswered } from "./run-request.ts";

/** Builds what records an answered background request: in statistics, its client's use, and the log. */
export function createRecordAnswer(deps: {
  statistics: Statistics;
  recordRequest: RecordRequest;
  recordEnded: RecordEnded;
  clock: RedisClock;
  /** Publishes, once, that the request has ended. */
  publishEnd: (order: BackgroundOrder, answer: WholeAnswer) => Promise<void>;
  measure: MeasureBackground;
  logger: Logger;
}): OnAnswered {
  return async (order, answer, reply) => {
    const { status } = answer;
    // First: it may fail, and is then tried again.
    await deps.publishEnd(order, answer);
    const figures =
      reply?.kind === "answer" || reply?.kind === "failure" ? reply : undefined;
    const totalMs = deps.clock.now() - order.createdAt;
    deps.statistics.count(`status:${status}`);
    deps.recordEnded({
      ...toFacts(order, figures),
      status,
      code: reply?.kind === "failure" ? reply.code : undefined,
      totalMs,
    });
    deps.recordRequest({
      client: order.owner,
      requestedModel: order.model,
      calledModel: modelOf(figures),
      isAnswered: status < 400,
      queueMs: figures?.queueMs,
    });
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

/** The facts of a background request for the list of ended requests. */
export function toFacts(
  order: BackgroundOrder,
  reply: AnswerReply | FailureReply | undefined,
) {
  const { id, requestId, owner, model } = order;
  const answer = reply?.kind === "answer" ? reply : undefined;
  const called = reply?.calledModel;
  return {
    kind: "background",
    of: id,
    requestId,
    jobId: undefined,
    client: owner,
    model,
    calledModel: called === model ? undefined : called,
    key: reply?.key,
    error: answer?.errorText,
    waitedMs: reply?.queueMs,
    callMs: reply?.upstreamMs,
    calls: reply?.calls,
    promptTokens: answer?.tokens?.prompt,
    completionTokens: answer?.tokens?.completion,
  } as const;
}
