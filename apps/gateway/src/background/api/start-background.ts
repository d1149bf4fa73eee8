import { createHash } from "node:crypto";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Client } from "../../clients/records/client.ts";
import { GatewayError } from "../../errors/gateway-error.ts";
import { queueFull } from "../../errors/refusals.ts";
import type { CheckCapacity } from "../../forecast/check-capacity.ts";
import type { Submission } from "../../jobs/submission.ts";
import type { RedisHealth } from "../../redis/redis-health.ts";
import type { BackgroundContents } from "../contents/background-contents.ts";
import type { BackgroundRunner } from "../leading/background-runner.ts";
import {
  type BackgroundKind,
  type BackgroundOrder,
  type BackgroundRecord,
  newBackgroundId,
} from "../records/background-record.ts";
import type {
  BackgroundStore,
  OpenBounds,
} from "../records/background-store.ts";

/** One of the open requests may end at any time. */
const retryAfterMs = 5_000;

/** A request to be answered in the background. */
type BackgroundAsk = {
  readonly kind: BackgroundKind;
  readonly submission: Submission;
  /** What is sent to OpenRouter. */
  readonly body: Buffer;
  readonly caller: Client | undefined;
  /** Of the client's `Idempotency-Key`; undefined without one. */
  readonly idempotency:
    | { readonly key: string; readonly fingerprint: string }
    | undefined;
};

/**
 * Accepts a request whose client collects the answer later. When it returns, body and record are
 * stored, and the request has a leader.
 *
 * @returns its record; that of the earlier request with the same `Idempotency-Key`, if there was one.
 * @throws {GatewayError} when it cannot be served in time, or too many are open.
 */
export type StartBackground = (ask: BackgroundAsk) => Promise<BackgroundRecord>;

/** Builds {@link StartBackground}. */
export function createStartBackground(deps: {
  gatewayId: string;
  store: BackgroundStore;
  contents: BackgroundContents;
  runner: Pick<BackgroundRunner, "lead">;
  checkCapacity: CheckCapacity;
  redisHealth: RedisHealth;
  clock: RedisClock;
  keptMs: number;
  bounds: OpenBounds;
}): StartBackground {
  const { store, contents, runner, clock, bounds } = deps;

  async function findEarlier(
    id: string,
    fingerprint: string,
  ): Promise<BackgroundRecord | undefined> {
    const record = await store.find(id);
    if (!record) return undefined;
    if (record.order.fingerprint !== fingerprint) {
      throw new GatewayError(
        "idempotency-mismatch",
        "This Idempotency-Key was used for another request",
      );
    }
    if (record.status === "deleted") {
      throw new GatewayError(
        "conflict",
        "The request with this Idempotency-Key was deleted",
      );
    }
    return record;
  }

  return async function startBackground(ask) {
    const { submission, body, idempotency } = ask;
    deps.redisHealth.requireUp();
    const id = newBackgroundId(
      ask.kind,
      idempotency && digest(idempotency.key),
    );
    const fingerprint =
      idempotency?.fingerprint ?? digest(submission.path, body);
    const earlier = idempotency && (await findEarlier(id, fingerprint));
    if (earlier) return earlier;
    const open = {
      ...bounds,
      ofClient: Math.min(
        bounds.ofClient,
        ask.caller?.maxQueued ?? Number.MAX_SAFE_INTEGER,
      ),
    };
    await deps.checkCapacity(submission);
    // A refused request must leave nothing behind, however often it comes.
    const room = await store.checkRoom(submission.client, open);
    if (room !== "room") throw tooManyOpen(room, open);
    await store.reserve(id, submission.maxWaitMs);
    const kept = await contents.keepBody(id, body);
    const order = toOrder({
      id,
      submission,
      kept,
      fingerprint,
      keptMs: deps.keptMs,
      createdAt: clock.now() - (Date.now() - submission.receivedAt),
    });
    const outcome = await store.create(order, deps.gatewayId, open);
    switch (outcome) {
      case "created":
        runner.lead(order, body);
        return { order, status: "open" };
      case "exists": {
        await contents.drop(kept.key);
        const record = await findEarlier(id, fingerprint);
        if (!record) throw queueFull(retryAfterMs);
        return record;
      }
      default:
        await contents.drop(kept.key);
        await store.remove(id);
        throw tooManyOpen(outcome, open);
    }
  };
}

function tooManyOpen(
  which: "full" | "client-full",
  { ofClient }: OpenBounds,
): GatewayError {
  if (which === "full") return queueFull(retryAfterMs);
  return new GatewayError(
    "client-queue-full",
    `This client has ${ofClient} background requests open, as many as it may`,
    { retryAfterMs },
  );
}

function toOrder(what: {
  id: string;
  submission: Submission;
  kept: BackgroundOrder["body"];
  fingerprint: string;
  keptMs: number;
  createdAt: number;
}): BackgroundOrder {
  const { id, submission, kept, fingerprint, keptMs, createdAt } = what;
  const { client, candidates, paidModels, answerCheck } = submission;
  return {
    id,
    ...(client === undefined ? {} : { owner: client }),
    path: submission.path,
    createdAt,
    maxWaitMs: submission.maxWaitMs,
    keptMs,
    body: kept,
    fingerprint,
    requestId: submission.requestId,
    model: submission.model,
    ...(candidates ? { candidates: [...candidates] } : {}),
    ...(paidModels ? { paidModels: [...paidModels] } : {}),
    headers: { ...submission.headers },
    ...(answerCheck ? { answerCheck: [...answerCheck] } : {}),
    priority: submission.priority,
  };
}

function digest(...parts: (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex");
}
