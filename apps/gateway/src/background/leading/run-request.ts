import { setTimeout as sleep } from "node:timers/promises";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { FinalReply } from "@openrouter-free-pool/shared/replies/reply";
import type { Logger } from "pino";
import { HeldBody } from "../../bodies/held-body.ts";
import type { Submit } from "../../completions/submit.ts";
import type { Dialect } from "../../dialects/dialect.ts";
import { GatewayError } from "../../errors/gateway-error.ts";
import { waitedOut } from "../../errors/refusals.ts";
import { isMissing } from "../../storage/storage-error.ts";
import type {
  BackgroundContents,
  WholeAnswer,
} from "../contents/background-contents.ts";
import { toAnswer, toErrorAnswer } from "../contents/to-answer.ts";
import type { BackgroundOrder } from "../records/background-record.ts";
import {
  type BackgroundStore,
  unbounded,
} from "../records/background-store.ts";

/** Keys may become usable again; so may Redis and the storage. */
const shortestPauseMs = 1_000;
const longestPauseMs = 10_000;

/** Errors that pass: the request continues to wait. */
const passingCodes: ReadonlySet<string> = new Set([
  "redis-down",
  "queue-full",
  "body-lost",
]);
const passingFailures: ReadonlySet<string> = new Set([
  "keys-rate-limited",
  "no-usable-key",
  "body-lost",
]);

/** Called when a background request has its answer, once. */
export type OnAnswered = (
  order: BackgroundOrder,
  answer: WholeAnswer,
  reply: FinalReply | undefined,
) => Promise<void>;

/**
 * Leads one background request to its end: puts it on the queue, and its answer into the storage.
 * It can be restarted at any time; an answer that was not stored is asked for again.
 *
 * @param body undefined: the storage has it.
 * @param stop aborts when the request is cancelled, or another gateway leads it.
 */
export type RunRequest = (
  order: BackgroundOrder,
  body: Buffer | undefined,
  stop: AbortSignal,
) => Promise<void>;

/** Builds {@link RunRequest}. */
export function createRunRequest(deps: {
  gatewayId: string;
  store: BackgroundStore;
  contents: BackgroundContents;
  submit: Submit;
  findDialect: (path: string) => Dialect;
  toGoneError: (model: string) => GatewayError;
  onAnswered: OnAnswered;
  clock: RedisClock;
  logger: Logger;
}): RunRequest {
  const { gatewayId, store, contents, clock, logger } = deps;

  async function call(
    order: BackgroundOrder,
    body: Buffer,
    stop: AbortSignal,
  ): Promise<FinalReply> {
    const { id, createdAt, owner, body: _, ...rest } = order;
    const { fingerprint: _f, keptMs: _k, ...asked } = rest;
    const submission = {
      ...asked,
      client: owner,
      isStream: false,
      body: new HeldBody(body),
      receivedAt: Date.now() - (clock.now() - createdAt),
    };
    const onJob = (jobId: string) =>
      void store.setJob(id, jobId).catch((error: unknown) => {
        logger.debug({ err: error }, "The job of a request is not recorded");
      });
    return deps.submit(submission, { hungUp: stop, onJob });
  }

  /** @returns undefined when it must be tried again. */
  async function findAnswer(
    order: BackgroundOrder,
    body: Buffer | undefined,
    stop: AbortSignal,
  ): Promise<Found | undefined> {
    const dialect = deps.findDialect(order.path);
    const { maxWaitMs, createdAt, model } = order;
    try {
      const bytes = body ?? (await contents.readBody(order));
      const reply = await call(order, bytes, stop);
      const isPassing =
        reply.kind === "failure" && passingFailures.has(reply.code);
      if (isPassing && clock.now() < createdAt + maxWaitMs) return undefined;
      const goneError = () => deps.toGoneError(model);
      return {
        answer: toAnswer(reply, { dialect, maxWaitMs, goneError }),
        reply,
      };
    } catch (error) {
      if (isMissing(error)) {
        const lost = new GatewayError(
          "body-lost",
          "The storage has lost the request's body",
        );
        return { answer: toErrorAnswer(lost, dialect) };
      }
      if (error instanceof GatewayError && !passingCodes.has(error.code)) {
        if (error.code === "stopping" || error.code === "client-gone") {
          throw error;
        }
        return { answer: toErrorAnswer(error, dialect) };
      }
      logger.warn({ id: order.id, err: error }, "A request is held up");
      if (clock.now() < createdAt + maxWaitMs) return undefined;
      return { answer: toErrorAnswer(waitedOut(maxWaitMs), dialect) };
    }
  }

  /** @returns whether this gateway may store the answer. */
  async function keep(
    order: BackgroundOrder,
    answer: WholeAnswer,
  ): Promise<boolean> {
    const kept = await contents.keepAnswer(order, answer);
    const end = () =>
      store.end(order, { status: "answered", answer: kept }, gatewayId);
    let outcome = await end();
    if (outcome === "missing") {
      // Redis lost its last writes.
      await store.create(order, gatewayId, unbounded);
      outcome = await end();
    }
    if (outcome !== "done") await contents.drop(kept.key);
    return outcome === "done";
  }

  return async function runRequest(order, given, stop) {
    let body = given;
    let found: Found | undefined;
    let isOurs: boolean | undefined;
    let pauseMs = shortestPauseMs;
    while (!stop.aborted) {
      try {
        found ??= await findAnswer(order, body, stop);
        body = undefined;
        if (found && !stop.aborted) {
          isOurs ??= await keep(order, found.answer);
          if (isOurs) await deps.onAnswered(order, found.answer, found.reply);
          return;
        }
      } catch (error) {
        if (error instanceof GatewayError) {
          if (error.code === "client-gone") return;
          if (error.code === "stopping") {
            await store.claim(order.id, gatewayId, undefined);
            return;
          }
        }
        logger.warn({ id: order.id, err: error }, "An answer is not kept yet");
      }
      await sleep(pauseMs, undefined, { signal: stop }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  };
}

/** An answer; `reply` is absent where the gateway refused the request itself. */
type Found = { readonly answer: WholeAnswer; readonly reply?: FinalReply };
