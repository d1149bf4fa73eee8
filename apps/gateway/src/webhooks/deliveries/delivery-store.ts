import type { DeliveryStatus } from "@openrouter-free-pool/shared/api/webhooks/delivery-object";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import {
  loadScript,
  runScript,
} from "@openrouter-free-pool/shared/redis/script";
import type { Redis } from "ioredis";
import {
  type Page,
  type PageQuery,
  readPage,
} from "../../listing/read-page.ts";
import { type Delivery, deliverySchema } from "./delivery.ts";

const publishScript = loadScript(
  new URL("./publish-event.lua", import.meta.url),
);
const takeScript = loadScript(new URL("./take-due.lua", import.meta.url));
const settleScript = loadScript(new URL("./settle-try.lua", import.meta.url));
const againScript = loadScript(new URL("./send-again.lua", import.meta.url));

/** Deliveries that may wait, in the whole installation */
const mostWaiting = 20_000;
/** and for one client: a receiver that is down must not take the place of others. */
const mostOfOwner = 10_000;
/** Ended deliveries that are remembered, in the whole installation */
const mostOver = 10_000;
/** and for how long at most: an event is sent once. */
const ttlMs = 7 * 86_400_000;
/** Longer than one try takes; after that another gateway tries the delivery. */
const leaseMs = 60_000;

/** A delivery with when it is tried next (ms since the epoch); undefined: it is over. */
export type ListedDelivery = Delivery & {
  readonly nextTryAt: number | undefined;
};

/** The requested deliveries. */
export type DeliveryFilter = {
  readonly status?: DeliveryStatus | undefined;
  /** Id of the client. */
  readonly client?: string | undefined;
};

/** What a try changes. */
type TryOutcome = Pick<Delivery, "status" | "attempts" | "failures"> & {
  readonly receiver: string;
  readonly error: string;
};

/** The deliveries of events, in Redis. */
export type DeliveryStore = {
  publish(delivery: Delivery): Promise<"published" | "known" | "full">;
  /** Takes deliveries to be tried; one that is not settled in time becomes due again for any gateway. */
  takeDue(most: number): Promise<Delivery[]>;
  /**
   * Records the end of a try.
   *
   * @param pauseMs until the next one; undefined: it is over.
   */
  settle(
    delivery: Delivery,
    outcome: TryOutcome,
    pauseMs: number | undefined,
  ): Promise<void>;
  /** Returns a delivery that was taken and not tried. */
  putBack(delivery: Delivery, pauseMs: number): Promise<void>;
  /** Makes a delivery due now, under its id, even if it has ended. */
  sendAgain(id: string): Promise<"due" | "under-way" | "full" | "missing">;
  find(id: string): Promise<ListedDelivery | undefined>;
  list(query: PageQuery, filter: DeliveryFilter): Promise<Page<ListedDelivery>>;
  countWaiting(): Promise<number>;
};

/** Builds {@link DeliveryStore}. */
export function createDeliveryStore(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  clock: RedisClock;
}): DeliveryStore {
  const { redis, redisKeys, clock } = deps;
  const { deliveries: all, deliveriesDue: due } = redisKeys;
  const { deliveriesOver: over, deliveryCounts: counts } = redisKeys;
  const prefix = redisKeys.deliveryPrefix;
  const keyOf = (id: string) => prefix + id;

  async function read(id: string): Promise<Delivery | undefined> {
    const fields = await redis.hgetall(keyOf(id));
    // One unreadable record must not hold up all others.
    return deliverySchema.safeParse(fields).data;
  }

  async function end(
    { id, owner = "" }: Delivery,
    nextAt: number | "",
    fields: Readonly<Record<string, string | number>>,
  ): Promise<void> {
    const keys = [keyOf(id), all, due, over, counts];
    const now = clock.now();
    const given = [id, owner, now, nextAt, ttlMs, mostOver, prefix];
    const pairs = Object.entries(fields).flat();
    await runScript(redis, settleScript, keys, [...given, ...pairs]);
  }

  async function find(id: string): Promise<ListedDelivery | undefined> {
    const [delivery, score] = await Promise.all([
      read(id),
      redis.zscore(due, id),
    ]);
    if (!delivery) return undefined;
    return {
      ...delivery,
      nextTryAt: score === null ? undefined : Number(score),
    };
  }

  return {
    async publish(delivery) {
      const { id, owner = "" } = delivery;
      const keys = [keyOf(id), all, due, counts];
      const bounds = [ttlMs, mostWaiting, mostOfOwner];
      const pairs = Object.entries(delivery).flat();
      const given = [id, owner, clock.now(), ...bounds, ...pairs];
      const outcome = await runScript(redis, publishScript, keys, given);
      return outcome as "published" | "known" | "full";
    },
    async takeDue(most) {
      const given = [clock.now(), leaseMs, most, prefix];
      const keys = [due, all, counts];
      const ids = await runScript(redis, takeScript, keys, given);
      const found = await Promise.all((ids as string[]).map(read));
      return found.filter((delivery) => delivery !== undefined);
    },
    async settle(delivery, outcome, pauseMs) {
      const now = clock.now();
      const nextAt = pauseMs === undefined ? "" : now + pauseMs;
      await end(delivery, nextAt, { ...outcome, triedAt: now });
    },
    putBack: (delivery, pauseMs) =>
      end(delivery, clock.now() + pauseMs, { status: delivery.status }),
    async sendAgain(id) {
      const keys = [keyOf(id), due, over, counts];
      const given = [id, clock.now(), ttlMs, mostWaiting];
      const outcome = await runScript(redis, againScript, keys, given);
      return outcome as "due" | "under-way" | "full" | "missing";
    },
    find,
    list: (query, { status, client }) =>
      readPage(redis, all, query, {
        async find(id) {
          const delivery = await find(id);
          const isWanted =
            delivery &&
            (status === undefined || delivery.status === status) &&
            (client === undefined || delivery.owner === client);
          return isWanted ? delivery : undefined;
        },
      }),
    countWaiting: () => redis.zcard(due),
  };
}
