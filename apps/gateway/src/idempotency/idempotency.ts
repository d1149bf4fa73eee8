import type { FinalReply } from "@openrouter-free-pool/shared/replies/reply";
import type { BodyBudget } from "../bodies/body-budget.ts";
import type { HeldBody } from "../bodies/held-body.ts";
import { GatewayError } from "../errors/gateway-error.ts";
import {
  type ShareableRequest,
  type SharedReply,
  shareReply,
} from "../shared-requests/share-reply.ts";
import type { SharedRequests } from "../shared-requests/shared-requests.ts";
import type { IdempotencyKey } from "./read-idempotency-key.ts";

/** Ensures that a request that is sent twice is called once. */
export type Idempotency = {
  /**
   * Does the work, or returns the answer of a request with the same key that is under way or was
   * answered recently.
   *
   * @throws {GatewayError} `idempotency-mismatch`.
   */
  reply(
    id: IdempotencyKey,
    request: Pick<ShareableRequest, "hungUp" | "work"> & { body: HeldBody },
  ): Promise<SharedReply>;
  /**
   * Does the work of a stream, which no other request can share.
   *
   * It is settled before its client can see the end: a stream that failed may be requested again at
   * once.
   *
   * @throws {GatewayError} `conflict` for a repeat, `idempotency-mismatch`.
   */
  stream(
    id: IdempotencyKey,
    work: () => Promise<FinalReply>,
  ): Promise<FinalReply>;
};

/** Builds {@link Idempotency}. */
export function createIdempotency(deps: {
  shared: SharedRequests;
  /** How long answers are kept, in ms. */
  keepMs: number;
  /** Counts the bodies of requests that wait for another one's answer. */
  waitingBodies: BodyBudget;
}): Idempotency {
  const { shared, keepMs, waitingBodies } = deps;
  return {
    reply: ({ key, fingerprint }, { body, hungUp, work }) =>
      shareReply(shared, {
        key,
        fingerprint,
        hungUp,
        work,
        keepMs: (reply) => (isLasting(reply) ? keepMs : 0),
        onFollow: () => body.countIn(waitingBodies),
        onJoin: (earlier) => requireSame(earlier, fingerprint),
      }),

    async stream({ key, fingerprint }, work) {
      const joined = await shared.join(key, fingerprint);
      if (joined.role !== "leader") {
        if (joined.role === "follower") joined.leave();
        requireSame(joined.fingerprint, fingerprint);
        throw new GatewayError(
          "conflict",
          "A stream with this Idempotency-Key is under way or was sent already; streams are not repeated",
        );
      }
      const reply = await work().catch(async (error: unknown) => {
        await joined.abandon();
        throw error;
      });
      if (isWhole(reply)) await joined.publish(streamed, keepMs);
      else await joined.abandon();
      return reply;
    },
  };
}

/** Stored in place of a stream that was sent. */
const streamed: FinalReply = { kind: "stream-end", call: 0, sequence: 0 };

/** Worth keeping: an answer that would be the same another time. */
function isLasting(reply: FinalReply): boolean {
  return reply.kind === "answer" && reply.status < 500 && reply.status !== 429;
}

/** Whether the client of a stream gets a plain answer. */
function isWhole(reply: FinalReply): boolean {
  return reply.kind === "answer"
    ? reply.status < 400
    : reply.kind === "stream-end";
}

function requireSame(earlier: string, fingerprint: string): void {
  if (earlier === fingerprint) return;
  throw new GatewayError(
    "idempotency-mismatch",
    "This Idempotency-Key was used for another request",
  );
}
