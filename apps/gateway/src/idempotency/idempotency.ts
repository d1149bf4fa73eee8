import type { FinalReply } from "@openrouter-free-pool/shared/replies/reply";
import { GatewayError } from "../gateway-error.ts";
import {
  type SharedReply,
  shareReply,
} from "../shared-requests/share-reply.ts";
import type { SharedRequests } from "../shared-requests/shared-requests.ts";
import type { IdempotencyKey } from "./read-idempotency-key.ts";

/** Makes sure that a request that is sent twice is called once. */
export type Idempotency = {
  /**
   * Does the work, or gets the answer of the request with the same key that is
   * under way or was answered not long ago.
   *
   * @throws {GatewayError} `idempotency-mismatch`.
   */
  reply(
    id: IdempotencyKey,
    hungUp: AbortSignal,
    work: (unwanted: AbortSignal) => Promise<FinalReply>,
  ): Promise<SharedReply>;
  /**
   * Does the work of a stream, which nobody else can join.
   *
   * @param work tells whether the stream comes to its own end, before its client can
   *   see the end: one that failed may be asked for again at once.
   * @throws {GatewayError} `conflict` for a repeat, `idempotency-mismatch`.
   */
  stream(
    id: IdempotencyKey,
    work: (beforeEnd: (isWhole: boolean) => Promise<void>) => Promise<void>,
  ): Promise<void>;
};

/** Builds {@link Idempotency}; answers are kept for `keepMs`. */
export function createIdempotency(
  shared: SharedRequests,
  keepMs: number,
): Idempotency {
  return {
    reply: ({ key, fingerprint }, hungUp, work) =>
      shareReply(shared, {
        key,
        note: fingerprint,
        hungUp,
        work,
        keepMs: (reply) => (isLasting(reply) ? keepMs : 0),
        onJoin: (note) => requireSame(note, fingerprint),
      }),

    async stream({ key, fingerprint }, work) {
      const part = await shared.join(key, fingerprint);
      if (part.role !== "leader") {
        if (part.role === "follower") part.leave();
        requireSame(part.note, fingerprint);
        throw new GatewayError(
          "conflict",
          "A stream with this Idempotency-Key is under way or was sent already; streams are not repeated",
        );
      }
      let isSettled = false;
      try {
        await work((isWhole) => {
          isSettled = true;
          return isWhole ? part.publish(streamed, keepMs) : part.abandon();
        });
      } finally {
        if (!isSettled) await part.abandon();
      }
    },
  };
}

/** Stands for a stream that was sent. */
const streamed: FinalReply = { kind: "stream-end", call: 0, sequence: 0 };

/** Worth keeping: what would be the same another time. */
function isLasting(reply: FinalReply): boolean {
  return reply.kind === "answer" && reply.status < 500 && reply.status !== 429;
}

function requireSame(note: string, fingerprint: string): void {
  if (note === fingerprint) return;
  throw new GatewayError(
    "idempotency-mismatch",
    "This Idempotency-Key was used for another request",
  );
}
