import type {
  UsageObject,
  UsageRow,
} from "@openrouter-free-pool/shared/api/usage-object";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import { readUsageOfDay } from "@openrouter-free-pool/shared/usage/usage-history";
import type { Redis } from "ioredis";
import type { ClientDirectory } from "../clients/directory/client-directory.ts";
import { GatewayError } from "../errors/gateway-error.ts";
import type { RedisHealth } from "../redis/redis-health.ts";
import { UsageFold, type UsageName } from "./fold-usage.ts";
import type { PriceTokens } from "./price-tokens.ts";
import type { UsageQuery } from "./usage-query.ts";

/** More rows are of no use to anybody, and take memory here. */
const mostRows = 100_000;

/** Reads what was used. @throws {GatewayError} `redis-down`, `invalid-request` when it is too much. */
export type ReadUsage = (
  query: Omit<UsageQuery, "format">,
) => Promise<UsageObject>;

/** Builds {@link ReadUsage}. */
export function createReadUsage(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  redisHealth: RedisHealth;
  directory: ClientDirectory;
  priceTokens: PriceTokens;
}): ReadUsage {
  const { redis, redisKeys, redisHealth, directory, priceTokens } = deps;

  function toRowName({ client, model, day }: UsageName) {
    return {
      ...(day === undefined ? {} : { day }),
      ...(client === undefined ? {} : nameClient(client)),
      ...(model === undefined ? {} : { model }),
    };
  }
  function nameClient(id: string) {
    return id === ""
      ? { client: null, clientName: null }
      : { client: id, clientName: directory.find(id)?.name ?? null };
  }

  return async function readUsage({ days, groups, client }) {
    const fold = new UsageFold(groups, priceTokens);
    const total = new UsageFold([], priceTokens);
    for (const day of days) {
      const entries = await redisHealth.readInTime(() =>
        readUsageOfDay(redis, redisKeys, day, client),
      );
      for (const entry of entries) {
        fold.add(day, entry);
        total.add(day, entry);
      }
      if (fold.size > mostRows) throw tooMany();
    }
    const data = fold
      .rows()
      .map(
        ({ name, figures }): UsageRow => ({ ...toRowName(name), ...figures }),
      );
    const [sum] = total.rows();
    return {
      from: days.at(0) ?? "",
      to: days.at(-1) ?? "",
      groupBy: [...groups],
      data,
      total: sum?.figures ?? nothing,
    };
  };
}

const nothing = {
  calls: 0,
  answers: 0,
  errors: 0,
  promptTokens: 0,
  completionTokens: 0,
  meanWaitMs: null,
  savedUsd: null,
} as const;

function tooMany(): GatewayError {
  return new GatewayError(
    "invalid-request",
    `That is more than ${mostRows} rows; group by less, or ask for fewer days`,
  );
}
