import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import type { CompletionsQueue } from "@openrouter-free-pool/shared/queue/completions-queue";
import {
  findJob,
  listFailed,
} from "@openrouter-free-pool/shared/queue/find-jobs";
import { type RequestHandler, type Response, Router } from "express";
import type { Logger } from "pino";
import type { RemoveRequest } from "./remove-request.ts";
import type { SendAgain } from "./send-again.ts";

/** At most so many finished requests are sent again at a time. */
const mostSentAgain = 1_000;

/** What bull-board may do by itself; its other ways to change a queue would break ours. */
const harmless =
  /^\/api\/queues\/([^/]+\/)?(pause|resume|promote|[^/]+\/promote|clean\/(completed|failed))$/;

/**
 * Stands in front of bull-board: handles changes of requests in our own way, and refuses what would
 * lose requests (emptying the queue) or make invalid ones.
 */
export function routeRequests(deps: {
  queue: CompletionsQueue;
  sendAgain: SendAgain;
  removeRequest: RemoveRequest;
  logger: Logger;
}): Router {
  const { queue, sendAgain, removeRequest, logger } = deps;
  const router = Router();

  const onJob =
    (what: string, act: (job: CompletionJob) => Promise<string | undefined>) =>
    async (jobId: string, response: Response) => {
      const job = await findJob(queue, jobId);
      if (!job) return refuse(response, 404, "This request is gone.");
      const why = await act(job);
      logger.warn({ jobId, what, why }, "An operator acted on a request");
      if (why !== undefined) return refuse(response, 409, why);
      response.status(204).end();
    };
  const again = onJob("send again", sendAgain);
  const remove = onJob("remove", removeRequest);

  router.put("/api/queues/:queue/retry/:state", async (request, response) => {
    const { state } = request.params;
    if (state !== "failed") return refuse(response, 403, notHere);
    const jobs = await listFailed(queue, mostSentAgain);
    const results = await Promise.all(jobs.map(sendAgain));
    const retried = results.filter((why) => why === undefined).length;
    logger.warn({ retried }, "An operator sent failed requests again");
    response.json({ retried, skipped: results.length - retried });
  });
  router.put("/api/queues/:queue/:jobId/retry", (request, response) =>
    again(request.params.jobId, response),
  );
  router.put("/api/queues/:queue/:jobId/clean", (request, response) =>
    remove(request.params.jobId, response),
  );
  router.use(refuseHarmful);
  return router;
}

const refuseHarmful: RequestHandler = (request, response, next) => {
  const isReading = request.method === "GET" || request.method === "HEAD";
  if (isReading || (request.method === "PUT" && harmless.test(request.path))) {
    return next();
  }
  refuse(response, 403, notHere);
};

const notHere =
  "This would lose requests whose clients wait, or make wrong ones; it is switched off.";

/** Refuses in the form in which bull-board shows errors. */
function refuse(response: Response, status: number, message: string): void {
  response.status(status).json({ error: message, message });
}
