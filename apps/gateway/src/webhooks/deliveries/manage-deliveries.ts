import type { DeliveryObject } from "@openrouter-free-pool/shared/api/webhooks/delivery-object";
import type { Logger } from "pino";
import type { ClientDirectory } from "../../clients/directory/client-directory.ts";
import { GatewayError } from "../../errors/gateway-error.ts";
import type { Page, PageQuery } from "../../listing/read-page.ts";
import type { RedisHealth } from "../../redis/redis-health.ts";
import { isEventId } from "../events/event.ts";
import type {
  DeliveryFilter,
  DeliveryStore,
  ListedDelivery,
} from "./delivery-store.ts";

/**
 * Operations on deliveries for operators. All throw {@link GatewayError}: `redis-down`, and the
 * stated codes.
 */
export type ManageDeliveries = {
  /** @throws {GatewayError} `invalid-request`. */
  list(query: PageQuery, filter: DeliveryFilter): Promise<Page<DeliveryObject>>;
  /**
   * Sends one now, under its present id.
   *
   * @param from says for the log where the order came from.
   * @throws {GatewayError} `not-found`; `conflict` when it is being sent.
   */
  sendAgain(id: string, from: string): Promise<DeliveryObject>;
};

/** Builds {@link ManageDeliveries}. */
export function createManageDeliveries(deps: {
  store: DeliveryStore;
  directory: ClientDirectory;
  redisHealth: RedisHealth;
  /** undefined: nobody receives the client's events. */
  findReceiver: (owner: string | undefined) => object | undefined;
  logger: Logger;
}): ManageDeliveries {
  const { store, directory, redisHealth, logger } = deps;

  const toObject = (delivery: ListedDelivery): DeliveryObject => ({
    id: delivery.id,
    type: delivery.type,
    about: delivery.about,
    client: delivery.owner ?? null,
    clientName: directory.nameOrNull(delivery.owner ?? ""),
    status: delivery.status,
    attempts: delivery.attempts,
    createdAt: toTime(delivery.createdAt) ?? "",
    lastTryAt: toTime(delivery.triedAt),
    nextTryAt: toTime(delivery.nextTryAt),
    receiver: delivery.receiver || null,
    lastError: delivery.error || null,
  });

  async function requireDelivery(id: string): Promise<ListedDelivery> {
    redisHealth.requireUp();
    const delivery = isEventId(id) ? await store.find(id) : undefined;
    if (delivery) return delivery;
    throw new GatewayError(
      "not-found",
      `There is no event ${id.slice(0, 100)}`,
    );
  }

  return {
    async list(query, filter) {
      redisHealth.requireUp();
      const { items, hasMore } = await store.list(query, filter);
      return { items: items.map(toObject), hasMore };
    },
    async sendAgain(id, from) {
      const { owner } = await requireDelivery(id);
      if (!deps.findReceiver(owner)) throw conflict(noReceiver);
      const outcome = await store.sendAgain(id);
      if (outcome === "under-way") throw conflict(isUnderWay);
      if (outcome === "full") throw conflict(isFull);
      logger.warn(
        { id, clientId: owner, from },
        "An operator sent an event again",
      );
      return toObject(await requireDelivery(id));
    },
  };
}

const noReceiver =
  "There is no address to send it to: neither the client has one nor the pool";
const isUnderWay = "It is being sent at this moment";
const isFull = "Too many events wait already";

function conflict(message: string): GatewayError {
  return new GatewayError("conflict", message);
}

function toTime(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}
