import type { RequestHandler, Response } from "express";
import type { Logger } from "pino";
import { notesOf } from "../completions/completion-notes.ts";
import { familyOf } from "../families/family.ts";
import { clientOf } from "./authenticate.ts";
import { requestIdOf } from "./request-id.ts";

/** What nginx logs for a client that did not wait for its answer. */
const clientGone = 499;

/** One line for each request of a family, when it is over, whatever became of it. */
export function logCompletion(logger: Logger): RequestHandler {
  return (_request, response, next) => {
    const startedAt = performance.now();
    response.once("close", () => {
      const totalMs = Math.round(performance.now() - startedAt);
      logger.info({ ...describe(response), totalMs }, "Completion finished");
    });
    next();
  };
}

function describe(response: Response) {
  const { calls, isStream, ...notes } = notesOf(response);
  return {
    requestId: requestIdOf(response),
    client: clientOf(response),
    path: familyOf(response)?.path,
    stream: isStream,
    status: response.writableFinished ? response.statusCode : clientGone,
    attempts: calls,
    cache: response.get("X-Cache"),
    ...notes,
  };
}
