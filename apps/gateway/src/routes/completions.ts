import { priorityName } from "@openrouter-free-pool/shared/queue/priorities";
import { type Request, type Response, Router } from "express";
import type { AnswerStream } from "../completions/answer-stream.ts";
import { noteCompletion } from "../completions/completion-notes.ts";
import { readSubmission } from "../completions/read-submission.ts";
import { sendAnswer } from "../completions/send-answer.ts";
import type { Submission, Submit } from "../completions/submit.ts";
import { watchHangUp } from "../completions/watch-hang-up.ts";
import {
  wantsWhitespace,
  whitespaceWhileWaiting,
} from "../completions/whitespace-while-waiting.ts";
import type { Family } from "../families/family.ts";
import { parseBody } from "../families/parse-body.ts";
import type { Idempotency } from "../idempotency/idempotency.ts";
import {
  type IdempotencyKey,
  readIdempotencyKey,
} from "../idempotency/read-idempotency-key.ts";
import type { BodyBudget } from "../middleware/body-budget.ts";
import { allowOnly } from "../middleware/handle-errors.ts";
import { bodyOf, readJsonBody } from "../middleware/read-json-body.ts";
import { readCachePolicy } from "../response-cache/cache-policy.ts";
import type { CachedSubmit } from "../response-cache/cached-submit.ts";

/** `POST` of one family: through the queue, and OpenRouter's answer back. */
export function routeCompletions(
  family: Family,
  deps: {
    submit: Submit;
    cachedSubmit: CachedSubmit | undefined;
    answerStream: AnswerStream;
    idempotency: Idempotency;
    /** How often a client that asked for it gets a sign of life, in ms. */
    keepAliveMs: number;
    longestWaitMs: number;
    bodyLimitBytes: number;
    bodyBudget: BodyBudget;
  },
): Router {
  const { submit, cachedSubmit, answerStream, idempotency } = deps;
  const { keepAliveMs, longestWaitMs, bodyLimitBytes } = deps;
  const router = Router();
  router.post(
    "/",
    readJsonBody(bodyLimitBytes, deps.bodyBudget),
    async (request, response) => {
      const body = bodyOf(request);
      const checked = await parseBody(body.requireBytes(), family);
      const { model, isStream } = checked;
      noteCompletion(response, { model, isStream });
      const submission = readSubmission(request, response, {
        family,
        checked,
        body,
        longestWaitMs,
      });
      const priority = priorityName(submission.priority);
      noteCompletion(response, { priority });
      const id = readIdempotencyKey(request, response, {
        path: family.path,
        body: body.requireBytes(),
      });
      const client = { request, response, hungUp: watchHangUp(response) };
      if (isStream) {
        await stream(submission, id, client);
        return;
      }
      const endWhitespace = wantsWhitespace(request)
        ? whitespaceWhileWaiting(response, keepAliveMs)
        : undefined;
      await answer(submission, id, client).finally(endWhitespace);
    },
  );
  router.all("/", allowOnly("POST"));
  return router;

  async function answer(
    submission: Submission,
    id: IdempotencyKey | undefined,
    { request, response, hungUp }: Client,
  ): Promise<void> {
    const work = (unwanted: AbortSignal) =>
      cachedSubmit
        ? cachedSubmit(
            submission,
            { hungUp: unwanted },
            readCachePolicy(request),
          )
        : submit(submission, { hungUp: unwanted });
    if (!id) {
      sendAnswer(response, await work(hungUp));
      return;
    }
    const { reply, role } = await idempotency.reply(id, hungUp, work);
    if (role === "late" && !response.headersSent) {
      response.set("Idempotent-Replayed", "true");
    }
    sendAnswer(response, reply);
  }

  async function stream(
    submission: Submission,
    id: IdempotencyKey | undefined,
    client: Client,
  ): Promise<void> {
    const work = (beforeEnd?: (isWhole: boolean) => Promise<void>) =>
      answerStream(submission, family, client, beforeEnd);
    await (id ? idempotency.stream(id, work) : work());
  }
}

type Client = {
  readonly request: Request;
  readonly response: Response;
  readonly hungUp: AbortSignal;
};
