import type { FinalReply } from "@openrouter-free-pool/shared/replies/reply";

/** What a request is to do that shares its answer with equal ones. */
export type Role = Leader | Follower | Late;

/** It does the work, for all. It must end with {@link Leader.publish} or {@link Leader.abandon}. */
export type Leader = {
  readonly role: "leader";
  /**
   * Hands the reply to all who follow, whichever gateway they came to.
   *
   * @param keepMs how long later requests get it too; 0: they do not.
   */
  publish(reply: FinalReply, keepMs: number): Promise<void>;
  /** Ends without a reply: one of those who follow takes the lead. */
  abandon(): Promise<void>;
  /** Whether anybody follows. */
  hasInterest(): Promise<boolean>;
};

/** Another request does the work. */
export type Follower = {
  readonly role: "follower";
  /** What the leader said about its request. */
  readonly fingerprint: string;
  /** undefined when the leader ended without a reply: the request has to join again. */
  readonly outcome: Promise<FinalReply | undefined>;
  /** Ends the following; to be called in any case. */
  leave(): void;
};

/** The work was done before, and the reply kept. */
type Late = {
  readonly role: "late";
  readonly fingerprint: string;
  readonly reply: FinalReply;
};
