import { randomUUID } from "node:crypto";
import { subscribe } from "@openrouter-free-pool/shared/redis/subscribe";
import type { FinalReply } from "@openrouter-free-pool/shared/replies/reply";
import { repeat } from "@openrouter-free-pool/shared/timers/repeat";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { gatewayStopping, toRedisError } from "../errors/refusals.ts";
import type { RedisGrace } from "../redis/redis-grace.ts";
import { LocalCall } from "./local-call.ts";
import type { Leader, Role } from "./role.ts";
import type { SharedCall, SharedCallStore } from "./shared-call-store.ts";

/** How often leaders renew their leases, and followers poll: messages can be missed. */
const tendEveryMs = 2_000;
/** A follower that cannot reach Redis for this long gives up. */
const longestSilenceMs = 60_000;

/**
 * Equal requests at any gateway share the work of one of them. The first to {@link
 * SharedRequests.join} leads; when it ends without a reply, or its process dies, a follower takes
 * the lead.
 */
export class SharedRequests {
  readonly #store: SharedCallStore;
  readonly #grace: RedisGrace;
  readonly #logger: Logger;
  readonly #calls = new Map<string, LocalCall>();
  readonly #joining = new Map<string, Promise<Role>>();
  readonly #tending;
  #isClosed = false;

  constructor(deps: {
    store: SharedCallStore;
    grace: RedisGrace;
    logger: Logger;
  }) {
    this.#store = deps.store;
    this.#grace = deps.grace;
    this.#logger = deps.logger;
    this.#tending = repeat(() => this.#tend(), {
      intervalMs: tendEveryMs,
      name: "Tending shared requests",
      logger: deps.logger,
    });
  }

  /** Subscribes to calls that end elsewhere, on a connection of its own. */
  listen(subscriber: Redis, channel: string): void {
    subscriber.on("message", (from: string, key: string) => {
      if (from === channel) void this.#hear(key);
    });
    // Messages were missed while the connection was down.
    subscriber.on("ready", () => void this.#tend());
    subscribe(subscriber, channel).catch((error: unknown) => {
      this.#logger.warn(
        { err: error },
        "Subscribing to shared requests failed",
      );
    });
  }

  /**
   * Joins the request that `key` stands for.
   *
   * @param fingerprint what followers and later requests learn from a leader.
   * @throws {GatewayError} `redis-down`, `stopping`.
   */
  async join(key: string, fingerprint = ""): Promise<Role> {
    // One at a time, so that a process asks Redis once for any number of equal requests.
    for (;;) {
      if (this.#isClosed) throw gatewayStopping();
      const local = this.#calls.get(key);
      if (local) return local.addFollower();
      const joining = this.#joining.get(key);
      if (!joining) break;
      await joining.catch(() => undefined);
    }
    const joining = this.#joinElsewhere({
      key,
      fingerprint,
      token: randomUUID(),
    });
    this.#joining.set(key, joining);
    return joining.finally(() => this.#joining.delete(key));
  }

  /** Releases all followers of this process, and accepts no more requests. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#tending.stop();
    for (const local of this.#calls.values()) {
      if (!local.leads) this.#end(local, gatewayStopping());
    }
  }

  async #joinElsewhere(mine: SharedCall): Promise<Role> {
    const state = await this.#grace.retryHeld(() =>
      this.#store.join(mine).catch((cause: unknown) => {
        throw toRedisError(cause);
      }),
    );
    switch (state.kind) {
      case "answered":
        return {
          role: "late",
          fingerprint: state.fingerprint,
          reply: state.reply,
        };
      case "following": {
        // Redis may have executed an attempt that seemed to fail.
        if (state.token === mine.token) return this.#leadNow(mine);
        if (this.#isClosed) throw gatewayStopping();
        const { fingerprint, token } = state;
        return this.#open({ ...mine, fingerprint, token }, false).addFollower();
      }
      default:
        return this.#leadNow(mine);
    }
  }

  async #leadNow(mine: SharedCall): Promise<Leader> {
    const leader = this.#lead(this.#open(mine, true));
    if (!this.#isClosed) return leader;
    await leader.abandon();
    throw gatewayStopping();
  }

  #open(call: SharedCall, leads: boolean): LocalCall {
    const onDeserted = () => {
      // The leader must not think that this process still follows.
      if (!leads) this.#end(local, undefined);
    };
    const local = new LocalCall(call, { leads, onDeserted });
    this.#calls.set(call.key, local);
    return local;
  }

  #lead(local: LocalCall): Leader {
    const { call } = local;
    const settle = async (store: () => Promise<void>, reply?: FinalReply) => {
      await store().catch(() => this.#storeLater(store));
      this.#end(local, reply);
    };
    return {
      role: "leader",
      publish: (reply, keepMs) =>
        settle(() => this.#store.publish(call, reply, keepMs), reply),
      abandon: () => settle(() => this.#store.abandon(call)),
      hasInterest: async () =>
        local.isFollowed || this.#store.renew(call).catch(() => false),
    };
  }

  /** Not awaited: the clients of this process need not wait until Redis is back. */
  #storeLater(store: () => Promise<void>): void {
    const stored = this.#grace.retry(() =>
      store().catch((cause: unknown) => {
        throw toRedisError(cause);
      }),
    );
    stored.catch((error: unknown) => {
      this.#logger.warn({ err: error }, "Ending a shared request failed");
    });
  }

  #end(local: LocalCall, outcome: FinalReply | Error | undefined): void {
    const { key } = local.call;
    if (this.#calls.get(key) === local) this.#calls.delete(key);
    local.end(outcome);
  }

  async #hear(key: string): Promise<void> {
    // The message may overtake Redis's answer that the call is to be followed.
    await this.#joining.get(key)?.catch(() => undefined);
    const local = this.#calls.get(key);
    if (local && !local.leads) await this.#poll(local);
  }

  async #tend(): Promise<void> {
    await Promise.all(
      [...this.#calls.values()].map((local) =>
        local.leads
          ? this.#store.renew(local.call).catch(() => undefined)
          : this.#poll(local),
      ),
    );
  }

  async #poll(local: LocalCall): Promise<void> {
    const { silentMs } = local;
    try {
      const state = await this.#store.follow(local.call);
      local.recordNews();
      if (state.kind === "answered") this.#end(local, state.reply);
      if (state.kind !== "leaderless") return;
      // After an outage of Redis it takes a moment until a leader has renewed its lease.
      if (silentMs < 3 * tendEveryMs) this.#end(local, undefined);
    } catch (cause) {
      if (silentMs > longestSilenceMs) this.#end(local, toRedisError(cause));
    }
  }
}
