import { Router } from "express";
import { readSubmission } from "../completions/read-submission.ts";
import { sendReply } from "../completions/send-reply.ts";
import type { Submit } from "../completions/submit.ts";
import { watchHangUp } from "../completions/watch-hang-up.ts";
import { allowOnly } from "../middleware/handle-errors.ts";
import { bodyOf, readJsonBody } from "../middleware/read-json-body.ts";
import { GatewayError } from "../openai/gateway-error.ts";
import { parseChatCompletion } from "../openai/parse-completion.ts";

/** `POST /v1/chat/completions`: through the queue, and OpenRouter's answer back. */
export function routeChatCompletions(deps: {
  submit: Submit;
  maxWaitMs: number;
  bodyLimitBytes: number;
}): Router {
  const { submit, maxWaitMs, bodyLimitBytes } = deps;
  const router = Router();
  router.post(
    "/",
    ...readJsonBody(bodyLimitBytes),
    async (request, response) => {
      const completion = parseChatCompletion(bodyOf(request));
      if (completion.isStream) {
        throw new GatewayError(
          "invalid-request",
          "`stream`: true is not supported yet",
        );
      }
      const submission = readSubmission(request, response, {
        path: "/chat/completions",
        completion,
        maxWaitMs,
      });
      const reply = await submit(submission, watchHangUp(response));
      sendReply(response, reply);
    },
  );
  router.all("/", allowOnly("POST"));
  return router;
}
