import type { AnswerCheck } from "@openrouter-free-pool/shared/api/answer-checks";
import { priorityName } from "@openrouter-free-pool/shared/queue/priorities";
import type { FinalReply } from "@openrouter-free-pool/shared/replies/reply";
import type { Request, RequestHandler, Response } from "express";
import { readMode, withoutBackground } from "../background/api/read-mode.ts";
import type { StartBackground } from "../background/api/start-background.ts";
import type { BodyBudget } from "../bodies/body-budget.ts";
import { bodyOf, readJsonBody } from "../bodies/read-json-body.ts";
import { resolveFor } from "../clients/limits/allow-models.ts";
import {
  type ClientResponse,
  recordFigures,
  watchHangUp,
} from "../completions/client-response.ts";
import {
  chooseKeepAlive,
  PlainResponse,
} from "../completions/plain-response.ts";
import { readSubmission } from "../completions/read-submission.ts";
import { StreamResponse } from "../completions/stream-response.ts";
import type { Submit } from "../completions/submit.ts";
import type { Dialect } from "../dialects/dialect.ts";
import { parseBody } from "../dialects/parse-body.ts";
import type { Idempotency } from "../idempotency/idempotency.ts";
import {
  type IdempotencyKey,
  readIdempotencyKey,
} from "../idempotency/read-idempotency-key.ts";
import type { Submission } from "../jobs/submission.ts";
import { postOnly } from "../middleware/handle-errors.ts";
import { inOrder } from "../middleware/in-order.ts";
import type { ResolveModels } from "../models/resolve/resolve-models.ts";
import { readCachePolicy } from "../response-cache/cache-policy.ts";
import type { CachedSubmit } from "../response-cache/cached-submit.ts";
import { withoutCall } from "../shared-requests/without-call.ts";
import { acceptInBackground } from "./background.ts";

/** `POST` of one dialect: queues the request, and answers with OpenRouter's answer. */
export function answerCompletions(
  dialect: Dialect,
  deps: {
    models: ResolveModels;
    submit: Submit;
    cachedSubmit: CachedSubmit | undefined;
    idempotency: Idempotency;
    /** How often a waiting client gets a comment or white space, in ms. */
    keepAliveMs: number;
    /** When a waiting plain client on Node.js gets the first one, in ms; 0: never. */
    plainKeepAliveMs: number;
    longestWaitMs: number;
    /** What answers are checked for unless a request says otherwise. */
    answerCheck: readonly AnswerCheck[];
    bodyLimitBytes: number;
    bodyBudget: BodyBudget;
    background: {
      startBackground: StartBackground;
      /** How long such a request may wait, in ms. */
      longestWaitMs: number;
    };
  },
): RequestHandler {
  const { models, submit, cachedSubmit, idempotency } = deps;
  const { longestWaitMs, answerCheck } = deps;
  const keepAliveSettings = {
    everyMs: deps.keepAliveMs,
    nodeAfterMs: deps.plainKeepAliveMs,
  };
  return inOrder([
    postOnly,
    readJsonBody(deps.bodyLimitBytes, deps.bodyBudget),
    async (request, response) => {
      const body = bodyOf(request);
      const checked = await parseBody(body.requireBytes(), dialect);
      const { model, isStream } = checked;
      const { context } = response.locals;
      Object.assign(context, { model, isStream });
      const mode = readMode(request, checked, dialect);
      const submission = readSubmission(request, response, {
        dialect,
        checked,
        models: resolveFor(context.caller, models).resolve(
          body.requireBytes(),
          checked,
          dialect.path,
        ),
        body,
        longestWaitMs: mode ? deps.background.longestWaitMs : longestWaitMs,
        answerCheck,
      });
      context.priority = priorityName(submission.priority);
      const id = readIdempotencyKey(request, response, {
        path: dialect.path,
        body: body.requireBytes(),
      });
      if (mode) {
        const record = await deps.background.startBackground({
          kind: mode,
          submission,
          body: withoutBackground(body.requireBytes(), checked.members),
          caller: context.caller,
          idempotency: id,
        });
        context.isUncounted = true;
        acceptInBackground(response, mode, record);
        return;
      }
      const http = { request, response, hungUp: watchHangUp(response) };
      if (isStream) await answerStream(submission, id, http);
      else await answerPlain(submission, id, http);
    },
  ]);

  function answerPlain(
    submission: Submission,
    id: IdempotencyKey | undefined,
    { request, response, hungUp }: Exchange,
  ): Promise<void> {
    const policy = readCachePolicy(request);
    const onJob = rememberJob(response);
    const work = (unwanted: AbortSignal) =>
      cachedSubmit
        ? cachedSubmit(submission, { hungUp: unwanted, onJob }, policy)
        : submit(submission, { hungUp: unwanted, onJob });
    const keepAlive = chooseKeepAlive(request, keepAliveSettings);
    const { maxWaitMs } = submission;
    const client = new PlainResponse(response, { keepAlive, maxWaitMs });
    return answer(client, { submission, response }, async () => {
      if (!id) return work(hungUp);
      const { reply, role } = await idempotency.reply(id, {
        body: submission.body,
        hungUp,
        work,
      });
      if (role === "late" && !response.headersSent) {
        response.set("Idempotent-Replayed", "true");
      }
      return role === "leader"
        ? reply
        : withoutCall(reply, submission.receivedAt);
    });
  }

  function answerStream(
    submission: Submission,
    id: IdempotencyKey | undefined,
    { response, hungUp }: Exchange,
  ): Promise<void> {
    const { model, maxWaitMs } = submission;
    const sink = new StreamResponse(response, { dialect, model, maxWaitMs });
    const onJob = rememberJob(response);
    const work = () => submit(submission, { hungUp, sink, onJob });
    return answer(sink, { submission, response }, () =>
      id ? idempotency.stream(id, work) : work(),
    );
  }

  async function answer(
    client: ClientResponse,
    { submission, response }: { submission: Submission; response: Response },
    work: () => Promise<FinalReply>,
  ): Promise<void> {
    const reply = await work().catch((error: unknown) => {
      client.fail(error);
    });
    if (!reply) return;
    if (reply.kind === "failure" && reply.code === "model-gone") {
      recordFigures(response, reply);
      client.fail(models.toGoneError(submission.model));
    } else client.finish(reply);
  }
}

/** If the queue keeps ended jobs, an operator finds the request by its job. */
function rememberJob({ locals }: Response) {
  return (jobId: string) => {
    locals.context.jobId = jobId;
  };
}

/** One HTTP request and its response. */
type Exchange = {
  readonly request: Request;
  readonly response: Response;
  readonly hungUp: AbortSignal;
};
