import { Router } from "express";
import type { AnswerStream } from "../completions/answer-stream.ts";
import { noteCompletion } from "../completions/completion-notes.ts";
import { readSubmission } from "../completions/read-submission.ts";
import { sendAnswer } from "../completions/send-answer.ts";
import type { Submit } from "../completions/submit.ts";
import { watchHangUp } from "../completions/watch-hang-up.ts";
import type { Family } from "../families/family.ts";
import { parseBody } from "../families/parse-body.ts";
import { allowOnly } from "../middleware/handle-errors.ts";
import { bodyOf, readJsonBody } from "../middleware/read-json-body.ts";

/** `POST` of one family: through the queue, and OpenRouter's answer back. */
export function routeCompletions(
  family: Family,
  deps: {
    submit: Submit;
    answerStream: AnswerStream;
    longestWaitMs: number;
    bodyLimitBytes: number;
  },
): Router {
  const { submit, answerStream, longestWaitMs, bodyLimitBytes } = deps;
  const router = Router();
  router.post(
    "/",
    ...readJsonBody(bodyLimitBytes),
    async (request, response) => {
      const body = parseBody(bodyOf(request), family);
      const { model, isStream } = body;
      noteCompletion(response, { model, isStream });
      const submission = readSubmission(request, response, {
        family,
        body,
        longestWaitMs,
      });
      const hungUp = watchHangUp(response);
      if (isStream) {
        await answerStream(submission, family, { response, hungUp });
      } else {
        sendAnswer(response, await submit(submission, { hungUp }));
      }
    },
  );
  router.all("/", allowOnly("POST"));
  return router;
}
