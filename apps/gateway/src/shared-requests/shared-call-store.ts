import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import {
  loadScript,
  runScript,
  runScriptForBytes,
} from "@openrouter-free-pool/shared/redis/script";
import {
  decodeReply,
  encodeReply,
  type FinalReply,
  isFinal,
} from "@openrouter-free-pool/shared/replies/reply";
import { withTimeout } from "@openrouter-free-pool/shared/timers/with-timeout";
import type { Redis } from "ioredis";

const joinScript = loadScript(new URL("./join.lua", import.meta.url));
const renewScript = loadScript(new URL("./renew.lua", import.meta.url));
const settleScript = loadScript(new URL("./settle.lua", import.meta.url));

/** A leader that has not renewed its lease for this long counts as dead, and a follower takes the lead. */
const leaseMs = 15_000;
/** A following process renews its interest more often than this. */
const interestMs = 10_000;
/** A follower that missed the message fetches the answer within this time. */
const handoverMs = 60_000;
/** Redis may hang. */
const timeoutMs = 3_000;

/** One shared request at one leader. */
export type SharedCall = {
  readonly key: string;
  /** Distinguishes this leader from others of the same key. */
  readonly token: string;
  readonly fingerprint: string;
};

/** What the store knows of a shared request. */
type SharedCallState =
  | { readonly kind: "leading" | "leaderless" }
  | {
      readonly kind: "following";
      readonly fingerprint: string;
      /** The leader's. */
      readonly token: string;
    }
  | {
      readonly kind: "answered";
      readonly fingerprint: string;
      readonly reply: FinalReply;
    };

/** Shared requests in Redis. Every method throws when Redis does not answer in time. */
export class SharedCallStore {
  readonly #redis: Redis;
  readonly #redisKeys: RedisKeys;

  constructor(redis: Redis, redisKeys: RedisKeys) {
    this.#redis = redis;
    this.#redisKeys = redisKeys;
  }

  /** Leads under the call's token, unless there is a leader or an answer already. */
  join(call: SharedCall): Promise<SharedCallState> {
    return this.#poll(call, "0");
  }

  /** Reads the state of the followed call, and records that this process follows it. */
  follow(call: SharedCall): Promise<SharedCallState> {
    return this.#poll(call, "1");
  }

  /** Keeps the lead. @returns whether another process follows. */
  async renew({ key, token, fingerprint }: SharedCall): Promise<boolean> {
    const { sharedLease, sharedInterest } = this.#redisKeys;
    const keys = [sharedLease(key), sharedInterest(key)];
    const args = [token, fingerprint, leaseMs];
    const renewed = runScript(this.#redis, renewScript, keys, args);
    return (await withTimeout(renewed, timeoutMs)) === 1;
  }

  /** Ends a call with a reply; `keepMs` as in the script. */
  async publish(
    call: SharedCall,
    reply: FinalReply,
    keepMs: number,
  ): Promise<void> {
    const { head, body } = encodeReply(reply);
    await this.#settle(call, head, body, keepMs);
  }

  /** Ends a call without a reply. */
  async abandon(call: SharedCall): Promise<void> {
    await this.#settle(call, "", Buffer.alloc(0), 0);
  }

  async #poll(
    { key, token, fingerprint }: SharedCall,
    follows: "0" | "1",
  ): Promise<SharedCallState> {
    const args = [token, fingerprint, leaseMs, interestMs, follows];
    const looking = runScriptForBytes(
      this.#redis,
      joinScript,
      this.#keysOf(key),
      args,
    );
    const found = await withTimeout(looking, timeoutMs);
    const [kind, foundNote = "", ...rest] = found as Buffer[];
    return readState(String(kind), String(foundNote), rest);
  }

  async #settle(
    { key, token, fingerprint }: SharedCall,
    head: string,
    body: Buffer,
    keepMs: number,
  ): Promise<void> {
    await withTimeout(
      runScript(
        this.#redis,
        settleScript,
        [...this.#keysOf(key), this.#redisKeys.sharedNews],
        [key, token, fingerprint, head, body, keepMs, handoverMs],
      ),
      timeoutMs,
    );
  }

  #keysOf(key: string): string[] {
    const { sharedLease, sharedAnswer, sharedInterest } = this.#redisKeys;
    return [sharedLease(key), sharedAnswer(key), sharedInterest(key)];
  }
}

function readState(
  kind: string,
  fingerprint: string,
  [first = Buffer.alloc(0), body = Buffer.alloc(0)]: readonly Buffer[],
): SharedCallState {
  switch (kind) {
    case "answered":
      return { kind, fingerprint, reply: decodeFinal(String(first), body) };
    case "following":
      return { kind, fingerprint, token: String(first) };
    case "leading":
    case "leaderless":
      return { kind };
    default:
      throw new Error(`join.lua returned ${kind}`);
  }
}

/** Only final replies are ever published. */
function decodeFinal(head: string, body: Buffer): FinalReply {
  const reply = decodeReply(head, body);
  if (!isFinal(reply)) throw new Error(`A shared answer is ${reply.kind}`);
  return reply;
}
