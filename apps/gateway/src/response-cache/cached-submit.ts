import { answerCheckHeader } from "@openrouter-free-pool/shared/api/answer-checks";
import type {
  AnswerReply,
  FinalReply,
} from "@openrouter-free-pool/shared/replies/reply";
import type { BodyBudget } from "../bodies/body-budget.ts";
import type { Submit } from "../completions/submit.ts";
import type { Submission } from "../jobs/submission.ts";
import { shareReply } from "../shared-requests/share-reply.ts";
import type { SharedRequests } from "../shared-requests/shared-requests.ts";
import { withoutCall } from "../shared-requests/without-call.ts";
import { cacheKeyOf } from "./cache-key.ts";
import type { CachePolicy } from "./cache-policy.ts";
import type { ResponseStore } from "./response-store.ts";

/** {@link Submit} for plain requests, which an earlier or a simultaneous answer may serve. */
export type CachedSubmit = (
  submission: Submission,
  waiter: Waiter,
  policy: CachePolicy,
) => Promise<FinalReply>;

/** The client that waits for a plain answer. */
type Waiter = Pick<Parameters<Submit>[1], "hungUp" | "onJob">;

/** Builds {@link CachedSubmit}; `X-Cache` of an answer says where it comes from. */
export function createCachedSubmit(deps: {
  submit: Submit;
  store: ResponseStore;
  shared: SharedRequests;
  /** Whether one client's answer may go to another. */
  isSharedByClients: boolean;
  /** Counts the bodies of requests that wait for another one's answer. */
  waitingBodies: BodyBudget;
}): CachedSubmit {
  const { submit, store, shared, waitingBodies } = deps;

  async function submitAndKeep(
    submission: Submission,
    waiter: Waiter,
    key: string | undefined,
  ): Promise<FinalReply> {
    const reply = await submit(submission, waiter);
    if (key !== undefined && isWorthKeeping(reply)) {
      await store.keep(key, reply);
    }
    return reply;
  }

  async function submitOnce(
    submission: Submission,
    waiter: Waiter,
    key: string,
  ): Promise<FinalReply> {
    let wasKept = false;
    const { reply, role } = await shareReply(shared, {
      // Requests that share a call have the same deadline and priority.
      key: `cache:${key}:${submission.priority}:${submission.maxWaitMs}`,
      hungUp: waiter.hungUp,
      keepMs: () => 0,
      onFollow: () => submission.body.countIn(waitingBodies),
      async work(unwanted) {
        // It may have been kept between the look-up and becoming the leader.
        const kept = await store.find(key);
        wasKept = kept !== undefined;
        const leader = { ...waiter, hungUp: unwanted };
        return kept ?? submitAndKeep(submission, leader, key);
      },
    });
    const isHit = wasKept || role !== "leader";
    return isHit ? toHit(reply, submission) : toMiss(reply);
  }

  return async function cachedSubmit(submission, waiter, policy) {
    const key = cacheKeyOf(submission, deps.isSharedByClients);
    if (key === undefined || !policy.mayRead) {
      const keepAs = policy.mayKeep ? key : undefined;
      return toMiss(await submitAndKeep(submission, waiter, keepAs));
    }
    const kept = await store.find(key);
    return kept ? toHit(kept, submission) : submitOnce(submission, waiter, key);
  };
}

/** An answer that failed its checks may be better another time. */
function isWorthKeeping(reply: FinalReply): reply is AnswerReply {
  return (
    reply.kind === "answer" &&
    reply.status === 200 &&
    !(answerCheckHeader in reply.headers)
  );
}

/** The figures of a reply for which this request made no call. */
function toHit(reply: FinalReply, { receivedAt }: Submission): FinalReply {
  const hit = reply.kind === "answer" ? mark(reply, "HIT") : reply;
  return withoutCall(hit, receivedAt);
}

function toMiss(reply: FinalReply): FinalReply {
  return reply.kind === "answer" ? mark(reply, "MISS") : reply;
}

function mark(reply: AnswerReply, cache: "HIT" | "MISS"): AnswerReply {
  return { ...reply, headers: { ...reply.headers, "x-cache": cache } };
}
