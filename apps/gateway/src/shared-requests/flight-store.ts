import { inTime } from "@openrouter-free-pool/shared/redis/in-time";
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
} from "@openrouter-free-pool/shared/replies/reply";
import type { Redis } from "ioredis";

const joinScript = loadScript(new URL("./join.lua", import.meta.url));
const renewScript = loadScript(new URL("./renew.lua", import.meta.url));
const settleScript = loadScript(new URL("./settle.lua", import.meta.url));

/** A leader that was not heard of for this long counts as dead, and a follower takes the lead. */
const leaseMs = 15_000;
/** A process that follows says so more often than this. */
const wantedMs = 10_000;
/** A follower that missed the news fetches the answer within this time. */
const handoverMs = 60_000;
/** Redis may hang. */
const patienceMs = 3_000;

/** One shared request at one leader. */
export type Flight = {
  readonly key: string;
  /** Tells this leader from others of the same key. */
  readonly token: string;
  readonly note: string;
};

/** What the store knows of a shared request. */
export type FlightState =
  | { readonly kind: "leading" | "leaderless" }
  | {
      readonly kind: "following";
      readonly note: string;
      /** The leader's. */
      readonly token: string;
    }
  | {
      readonly kind: "answered";
      readonly note: string;
      readonly reply: FinalReply;
    };

/** Shared requests in Redis. Every method throws when Redis does not answer in time. */
export class FlightStore {
  readonly #redis: Redis;
  readonly #redisKeys: RedisKeys;

  constructor(redis: Redis, redisKeys: RedisKeys) {
    this.#redis = redis;
    this.#redisKeys = redisKeys;
  }

  /** Leads under the flight's token, unless there is a leader or an answer already. */
  join(flight: Flight): Promise<FlightState> {
    return this.#look(flight, "0");
  }

  /** Looks how the flight that is followed fares, and says that somebody waits for it. */
  follow(flight: Flight): Promise<FlightState> {
    return this.#look(flight, "1");
  }

  /** Keeps the lead. @returns whether another process follows. */
  async renew({ key, token, note }: Flight): Promise<boolean> {
    const { sharedLease, sharedWanted } = this.#redisKeys;
    const keys = [sharedLease(key), sharedWanted(key)];
    const args = [token, note, leaseMs];
    const renewed = runScript(this.#redis, renewScript, keys, args);
    return (await inTime(renewed, patienceMs)) === 1;
  }

  /** Ends a flight with a reply; `keepMs` as in the script. */
  async publish(
    flight: Flight,
    reply: FinalReply,
    keepMs: number,
  ): Promise<void> {
    const { head, body } = encodeReply(reply);
    await this.#settle(flight, head, body, keepMs);
  }

  /** Ends a flight without a reply. */
  async abandon(flight: Flight): Promise<void> {
    await this.#settle(flight, "", Buffer.alloc(0), 0);
  }

  async #look(
    { key, token, note }: Flight,
    follows: "0" | "1",
  ): Promise<FlightState> {
    const args = [token, note, leaseMs, wantedMs, follows];
    const looking = runScriptForBytes(
      this.#redis,
      joinScript,
      this.#keysOf(key),
      args,
    );
    const found = await inTime(looking, patienceMs);
    const [kind, foundNote = "", ...rest] = found as Buffer[];
    return readState(String(kind), String(foundNote), rest);
  }

  async #settle(
    { key, token, note }: Flight,
    head: string,
    body: Buffer,
    keepMs: number,
  ): Promise<void> {
    await inTime(
      runScript(
        this.#redis,
        settleScript,
        [...this.#keysOf(key), this.#redisKeys.sharedNews],
        [key, token, note, head, body, keepMs, handoverMs],
      ),
      patienceMs,
    );
  }

  #keysOf(key: string): string[] {
    const { sharedLease, sharedAnswer, sharedWanted } = this.#redisKeys;
    return [sharedLease(key), sharedAnswer(key), sharedWanted(key)];
  }
}

function readState(
  kind: string,
  note: string,
  [first = Buffer.alloc(0), body = Buffer.alloc(0)]: readonly Buffer[],
): FlightState {
  switch (kind) {
    case "answered":
      return { kind, note, reply: decodeFinal(String(first), body) };
    case "following":
      return { kind, note, token: String(first) };
    case "leading":
    case "leaderless":
      return { kind };
    default:
      throw new Error(`join.lua returned ${kind}`);
  }
}

/** Only final replies are ever published. */
function decodeFinal(head: string, body: Buffer): FinalReply {
  return decodeReply(head, body) as FinalReply;
}
