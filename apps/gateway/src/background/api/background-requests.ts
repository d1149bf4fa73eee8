import {
  isHeld,
  readPlace,
} from "@openrouter-free-pool/shared/queue/find-jobs";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import type { Redis } from "ioredis";
import { maySee } from "../../clients/ownership.ts";
import { GatewayError } from "../../errors/gateway-error.ts";
import type { RedisHealth } from "../../redis/redis-health.ts";
import type { BackgroundContents } from "../contents/background-contents.ts";
import type { BackgroundRunner } from "../leading/background-runner.ts";
import {
  type BackgroundKind,
  type BackgroundOrder,
  type BackgroundRecord,
  isBackgroundId,
} from "../records/background-record.ts";
import type { BackgroundStore } from "../records/background-store.ts";

/** The progress of an open request. */
type OpenProgress = {
  readonly status: "queued" | "in_progress";
  /** Its place in line, 1 for the next one; undefined when it is not in line. */
  readonly place: number | undefined;
  /** When it will be called, in ms from now, as far as is known. */
  readonly servedInMs: number | undefined;
};

/** What clients may do with their background requests. */
export type BackgroundRequests = {
  /** @throws {GatewayError} `not-found`, also for another client's request. */
  find(
    kind: BackgroundKind,
    id: string,
    client: string | undefined,
  ): Promise<BackgroundRecord>;
  readProgress(order: BackgroundOrder): Promise<OpenProgress>;
  /** Cancels a request unless it has ended. @returns its record after that. */
  cancel(order: BackgroundOrder): Promise<BackgroundRecord | undefined>;
  /** Removes a request, its body and its answer; one that is open is cancelled. */
  remove(record: BackgroundRecord): Promise<void>;
};

/** Builds {@link BackgroundRequests}. */
export function createBackgroundRequests(deps: {
  store: BackgroundStore;
  contents: BackgroundContents;
  runner: Pick<BackgroundRunner, "drop">;
  /** When the request at a place in line will be called, in ms from now, as far as is known. */
  whenServed: (
    place: number,
    client: string | undefined,
  ) => Promise<number | undefined>;
  redisHealth: RedisHealth;
  redis: Redis;
  redisKeys: RedisKeys;
  /** Called when a request ends without an answer. */
  onCancelled: (order: BackgroundOrder) => Promise<void>;
}): BackgroundRequests {
  const { store, contents, runner, redis, redisKeys } = deps;

  async function end(
    order: BackgroundOrder,
    status: "cancelled" | "deleted",
  ): Promise<boolean> {
    const isDone = (await store.end(order, { status })) === "done";
    runner.drop(order.id);
    if (isDone) await deps.onCancelled(order);
    return isDone;
  }

  return {
    async find(kind, id, client) {
      deps.redisHealth.requireUp();
      const record = isBackgroundId(kind, id)
        ? await store.find(id)
        : undefined;
      if (
        !record ||
        record.status === "deleted" ||
        !maySee(client, record.order)
      ) {
        throw new GatewayError(
          "not-found",
          `There is no ${kind} ${id.slice(0, 100)}`,
        );
      }
      return record;
    },
    async readProgress({ id, owner }) {
      const jobId = await store.findJob(id);
      const place = jobId && (await readPlace(redis, redisKeys, jobId, owner));
      if (place) {
        return {
          status: "queued",
          place,
          servedInMs: await deps.whenServed(place, owner),
        };
      }
      const isCalled = jobId && (await isHeld(redis, redisKeys, jobId));
      return {
        status: isCalled ? "in_progress" : "queued",
        place: undefined,
        servedInMs: undefined,
      };
    },
    async cancel(order) {
      await end(order, "cancelled");
      return store.find(order.id);
    },
    async remove({ order, status }) {
      const isOpen = status === "open" && (await end(order, "deleted"));
      if (!isOpen) await store.forget(order);
      await contents.remove(order.id);
    },
  };
}
