import { randomUUID } from "node:crypto";
import { repeat } from "@openrouter-free-pool/shared/presence/repeat";
import type { FinalReply } from "@openrouter-free-pool/shared/replies/reply";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { GatewayError } from "../gateway-error.ts";
import { toRedisTrouble } from "../redis-trouble.ts";
import type { Flight, FlightStore } from "./flight-store.ts";
import { LocalFlight } from "./local-flight.ts";
import type { Leader, Part } from "./part.ts";

/** How often leaders say that they live, and followers look for themselves: news can be missed. */
const tendEveryMs = 2_000;
/** A follower that cannot reach Redis for this long gives up. */
const longestSilenceMs = 60_000;
const retryAfterMs = 5_000;

/**
 * Equal requests, whichever gateway they come to, share the work of one of them.
 * The first to {@link SharedRequests.join} leads; when it ends without a reply, or
 * its process dies, a follower takes the lead.
 */
export class SharedRequests {
  readonly #store: FlightStore;
  readonly #logger: Logger;
  readonly #flights = new Map<string, LocalFlight>();
  readonly #joining = new Map<string, Promise<Part>>();
  readonly #tending;
  #isClosed = false;

  constructor(deps: { store: FlightStore; logger: Logger }) {
    this.#store = deps.store;
    this.#logger = deps.logger;
    this.#tending = repeat(() => this.#tend(), {
      intervalMs: tendEveryMs,
      name: "Tending shared requests",
      logger: deps.logger,
    });
  }

  /** Hears of flights that end elsewhere, on a connection of its own. */
  listen(subscriber: Redis, channel: string): void {
    subscriber.on("message", (from: string, key: string) => {
      if (from === channel) void this.#hear(key);
    });
    // What was said while the connection was down was missed.
    subscriber.on("ready", () => void this.#tend());
    subscriber.subscribe(channel).catch((error: unknown) => {
      this.#logger.warn(
        { err: error },
        "Subscribing to shared requests failed",
      );
    });
  }

  /**
   * Takes part in the request that `key` stands for.
   *
   * @param note what a leader tells its followers and those who come later.
   * @throws {GatewayError} `redis-down`, `stopping`.
   */
  async join(key: string, note = ""): Promise<Part> {
    // One at a time, so that a process asks Redis once for any number of equal requests.
    for (;;) {
      if (this.#isClosed) throw stopping();
      const local = this.#flights.get(key);
      if (local) return local.addFollower();
      const joining = this.#joining.get(key);
      if (!joining) break;
      await joining.catch(() => undefined);
    }
    const joining = this.#joinElsewhere({ key, note, token: randomUUID() });
    this.#joining.set(key, joining);
    return joining.finally(() => this.#joining.delete(key));
  }

  /** Lets all followers of this process go, and takes no request any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#tending.stop();
    for (const local of this.#flights.values()) {
      if (!local.leads) this.#end(local, stopping());
    }
  }

  async #joinElsewhere(mine: Flight): Promise<Part> {
    const state = await this.#store.join(mine).catch((cause: unknown) => {
      throw toRedisTrouble(cause);
    });
    switch (state.kind) {
      case "answered":
        return { role: "late", note: state.note, reply: state.reply };
      case "following": {
        if (this.#isClosed) throw stopping();
        const { note, token } = state;
        return this.#open({ ...mine, note, token }, false).addFollower();
      }
      default: {
        const leader = this.#lead(this.#open(mine, true));
        if (!this.#isClosed) return leader;
        await leader.abandon();
        throw stopping();
      }
    }
  }

  #open(flight: Flight, leads: boolean): LocalFlight {
    const onDeserted = () => {
      // The leader is not to think that somebody here still waits.
      if (!leads) this.#end(local, undefined);
    };
    const local = new LocalFlight(flight, { leads, onDeserted });
    this.#flights.set(flight.key, local);
    return local;
  }

  #lead(local: LocalFlight): Leader {
    const { flight } = local;
    const settle = async (stored: Promise<void>, reply?: FinalReply) => {
      await stored.catch((error: unknown) => {
        this.#logger.warn({ err: error }, "Ending a shared request failed");
      });
      this.#end(local, reply);
    };
    return {
      role: "leader",
      publish: (reply, keepMs) =>
        settle(this.#store.publish(flight, reply, keepMs), reply),
      abandon: () => settle(this.#store.abandon(flight)),
      isWanted: async () =>
        local.isFollowed || this.#store.renew(flight).catch(() => false),
    };
  }

  #end(local: LocalFlight, outcome: FinalReply | Error | undefined): void {
    const { key } = local.flight;
    if (this.#flights.get(key) === local) this.#flights.delete(key);
    local.end(outcome);
  }

  async #hear(key: string): Promise<void> {
    // The news may overtake Redis's answer that the flight is to be followed.
    await this.#joining.get(key)?.catch(() => undefined);
    const local = this.#flights.get(key);
    if (local && !local.leads) await this.#look(local);
  }

  async #tend(): Promise<void> {
    await Promise.all(
      [...this.#flights.values()].map((local) =>
        local.leads
          ? this.#store.renew(local.flight).catch(() => undefined)
          : this.#look(local),
      ),
    );
  }

  async #look(local: LocalFlight): Promise<void> {
    const { silenceMs } = local;
    try {
      const state = await this.#store.follow(local.flight);
      local.noteNews();
      if (state.kind === "answered") this.#end(local, state.reply);
      if (state.kind !== "leaderless") return;
      // After an outage of Redis a leader takes a moment to be heard of again.
      if (silenceMs < 3 * tendEveryMs) this.#end(local, undefined);
    } catch (cause) {
      if (silenceMs > longestSilenceMs) this.#end(local, toRedisTrouble(cause));
    }
  }
}

function stopping(): GatewayError {
  const message = "This gateway stopped before the answer came";
  return new GatewayError("stopping", message, { retryAfterMs });
}
