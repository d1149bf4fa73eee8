import { setTimeout as sleep } from "node:timers/promises";
import type {
  FailureReply,
  FinalReply,
} from "@openrouter-free-pool/shared/replies/reply";
import { GatewayError } from "../errors/gateway-error.ts";
import type { Follower, Leader } from "./role.ts";
import type { SharedRequests } from "./shared-requests.ts";

/** How often it is checked whether a reply whose own client has gone is still wanted. */
const pollMs = 500;

/** A request whose reply is shared with equal ones. */
export type ShareableRequest = {
  /** Equal requests have equal keys. */
  readonly key: string;
  /** Known to followers and to later requests. */
  readonly fingerprint?: string;
  /** Aborts when this request's client goes away. */
  readonly hungUp: AbortSignal;
  /**
   * Gets the reply for all. Its signal aborts when nobody wants the reply any more, which may be
   * long after `hungUp`. An error concerns this request only: another one takes the lead.
   */
  readonly work: (unwanted: AbortSignal) => Promise<FinalReply>;
  /** How long later requests get the reply as well, in ms; 0: not at all. */
  readonly keepMs: (reply: FinalReply) => number;
  /** Called when this request begins to wait for another one's reply. */
  readonly onFollow?: () => void;
  /** Gets the fingerprint of the request that this one joins, before waiting for it; may throw. */
  readonly onJoin?: (fingerprint: string) => void;
};

/** A reply, and which request did the work for it. */
export type SharedReply = {
  readonly reply: FinalReply;
  /** `leader`: this request; `follower`: a simultaneous one; `late`: an earlier one. */
  readonly role: "leader" | "follower" | "late";
};

/**
 * Does the work unless an equal request does it or has done it.
 *
 * @throws {GatewayError} `client-gone`, and what `work` throws.
 */
export async function shareReply(
  shared: SharedRequests,
  request: ShareableRequest,
): Promise<SharedReply> {
  const { key, fingerprint, onJoin } = request;
  for (;;) {
    const joined = await shared.join(key, fingerprint);
    if (joined.role === "leader") {
      return { reply: await lead(joined, request), role: "leader" };
    }
    if (joined.role === "late") {
      onJoin?.(joined.fingerprint);
      return { reply: joined.reply, role: "late" };
    }
    const reply = await follow(joined, request);
    if (reply) return { reply, role: "follower" };
  }
}

async function follow(
  follower: Follower,
  { hungUp, onFollow, onJoin }: ShareableRequest,
): Promise<FinalReply | undefined> {
  const { promise: gone, reject } = Promise.withResolvers<never>();
  gone.catch(() => undefined);
  const onHangUp = () => reject(new GatewayError("client-gone"));
  hungUp.addEventListener("abort", onHangUp, { once: true });
  if (hungUp.aborted) onHangUp();
  try {
    onJoin?.(follower.fingerprint);
    onFollow?.();
    return await Promise.race([follower.outcome, gone]);
  } finally {
    hungUp.removeEventListener("abort", onHangUp);
    follower.leave();
  }
}

async function lead(
  leader: Leader,
  { hungUp, work, keepMs }: ShareableRequest,
): Promise<FinalReply> {
  const unwanted = new AbortController();
  let isOver = false;
  const onHangUp = async () => {
    while (!isOver && (await leader.hasInterest())) {
      await sleep(pollMs, undefined, { ref: false });
    }
    unwanted.abort();
  };
  hungUp.addEventListener("abort", onHangUp, { once: true });
  if (hungUp.aborted) void onHangUp();
  try {
    const reply = await work(unwanted.signal);
    if (isForAll(reply)) await leader.publish(reply, keepMs(reply));
    else await leader.abandon();
    return reply;
  } catch (error) {
    await leader.abandon();
    throw error;
  } finally {
    isOver = true;
    hungUp.removeEventListener("abort", onHangUp);
  }
}

/**
 * How one request fails and others need not: by its own deadline, or as Redis has lost its body. Others may have more time.
 */
const ownFailures: ReadonlySet<FailureReply["code"]> = new Set([
  "waited-out",
  "keys-rate-limited",
  "body-lost",
]);

function isForAll(reply: FinalReply): boolean {
  return !(reply.kind === "failure" && ownFailures.has(reply.code));
}
