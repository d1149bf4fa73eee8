import type { FinalReply } from "@openrouter-free-pool/shared/replies/reply";

/** The role of a request that shares its answer with equal ones. */
export type Role = Leader | Follower | Late;

/** It does the work for all. It must end with {@link Leader.publish} or {@link Leader.abandon}. */
export type Leader = {
  readonly role: "leader";
  /**
   * Gives the reply to all followers, at any gateway.
   *
   * @param keepMs how long later requests get it as well; 0: not at all.
   */
  publish(reply: FinalReply, keepMs: number): Promise<void>;
  /** Ends without a reply: one of the followers takes the lead. */
  abandon(): Promise<void>;
  /** Whether there are followers. */
  hasInterest(): Promise<boolean>;
};

/** Another request does the work. */
export type Follower = {
  readonly role: "follower";
  /** The fingerprint of the leader's request. */
  readonly fingerprint: string;
  /** undefined when the leader ended without a reply: join again. */
  readonly outcome: Promise<FinalReply | undefined>;
  /** Stops following; must be called in any case. */
  leave(): void;
};

/** The work was done before, and the reply kept. */
type Late = {
  readonly role: "late";
  readonly fingerprint: string;
  readonly reply: FinalReply;
};
