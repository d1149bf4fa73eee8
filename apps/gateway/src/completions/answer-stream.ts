import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { acknowledge } from "@openrouter-free-pool/shared/replies/stream-credit";
import type { Response } from "express";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Family } from "../families/family.ts";
import { GatewayError } from "../gateway-error.ts";
import { ClientStream } from "./client-stream.ts";
import { commentWhileWaiting } from "./comment-while-waiting.ts";
import type { ReadPlace } from "./read-place.ts";
import type { Submission, Submit } from "./submit.ts";

/**
 * Sends a request through the queue and streams the answer to the client.
 *
 * @param beforeEnd is told whether the client gets a whole answer, and waited for
 *   before the client can see the end.
 */
export type AnswerStream = (
  submission: Submission,
  family: Family,
  client: { response: Response; hungUp: AbortSignal },
  beforeEnd?: (isWhole: boolean) => Promise<void>,
) => Promise<void>;

/** Builds {@link AnswerStream}. */
export function createAnswerStream(deps: {
  submit: Submit;
  readPlace: ReadPlace;
  redis: Redis;
  redisKeys: RedisKeys;
  commentEveryMs: number;
  logger: Logger;
}): AnswerStream {
  const { submit, readPlace, redis, redisKeys, commentEveryMs, logger } = deps;

  return async function answerStream(
    submission,
    family,
    client,
    beforeEnd = async () => undefined,
  ) {
    const { response, hungUp } = client;
    let jobId = () => "";
    const stream = new ClientStream({
      response,
      family,
      model: submission.model,
      acknowledge: (workerId, takenBytes) => {
        const address = { workerId, jobId: jobId() };
        acknowledge(redis, redisKeys, address, takenBytes).catch(
          (error: unknown) =>
            logger.debug({ err: error }, "Acknowledging a stream failed"),
        );
      },
    });
    const endComments = commentWhileWaiting({
      stream,
      intervalMs: commentEveryMs,
      jobId: () => jobId(),
      readPlace,
    });
    const receiveAll = async (): Promise<() => void> => {
      const reply = await submit(submission, {
        hungUp,
        receive: (part) => stream.receive(part),
        onJob: (currentJobId) => {
          jobId = currentJobId;
        },
      }).finally(endComments);
      const isWhole = stream.judge(reply);
      await beforeEnd(isWhole);
      return () => stream.finish(reply, isWhole);
    };
    const end = await receiveAll().catch(async (error: unknown) => {
      await beforeEnd(false);
      if (!(error instanceof GatewayError)) throw error;
      return () => stream.fail(error);
    });
    end();
  };
}
