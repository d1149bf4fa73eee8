import type {
  UsageFigures,
  UsageGroup,
  UsageObject,
} from "@openrouter-free-pool/shared/api/usage-object";
import type { RedisKeys } from "@openrouter-free-pool/shared/redis/keys";
import {
  readUsageOfDay,
  readUsageShard,
  shardsWith,
} from "@openrouter-free-pool/shared/usage/usage-history";
import type { Redis } from "ioredis";
import type { ClientDirectory } from "../clients/directory/client-directory.ts";
import { GatewayError } from "../errors/gateway-error.ts";
import type { RedisHealth } from "../redis/redis-health.ts";
import { UsageFold, type UsageName } from "./fold-usage.ts";
import type { PriceTokens } from "./price-tokens.ts";
import type { UsageQuery } from "./usage-query.ts";

/** More rows help nobody, and take memory here. */
const mostRows = 100_000;

type Row = ReturnType<UsageFold["rows"]>[number];

/** A row of {@link UsageObject}. */
type NamedRow = UsageObject["data"][number];

/** Reads use. All throw {@link GatewayError} `redis-down`, the tables `invalid-request` for too many rows. */
export type ReadUsage = {
  /** Grouped in one way. */
  table(query: Omit<UsageQuery, "format">): Promise<UsageObject>;
  /** Grouped in several ways, in one read: the rows of each. */
  tables(
    query: Pick<UsageQuery, "days" | "client">,
    choices: readonly (readonly UsageGroup[])[],
  ): Promise<readonly (readonly Row[])[]>;
  /**
   * Grouped in one way, in pieces that have no row in common: by day, then by the shards of clients,
   * as far as these are told apart.
   */
  pieces(query: Omit<UsageQuery, "format">): AsyncGenerator<NamedRow[]>;
};

/** Builds {@link ReadUsage}. */
export function createReadUsage(deps: {
  redis: Redis;
  redisKeys: RedisKeys;
  redisHealth: RedisHealth;
  directory: ClientDirectory;
  priceTokens: PriceTokens;
}): ReadUsage {
  const { redis, redisKeys, redisHealth, directory, priceTokens } = deps;

  const tables: ReadUsage["tables"] = async ({ days, client }, choices) => {
    const folds = choices.map((groups) => new UsageFold(groups, priceTokens));
    for (const day of days) {
      const entries = await redisHealth.readInTime(() =>
        readUsageOfDay(redis, redisKeys, day, client),
      );
      for (const fold of folds) {
        for (const entry of entries) fold.add(day, entry);
        if (fold.size > mostRows) throw tooMany();
      }
    }
    return folds.map((fold) => fold.rows());
  };

  async function* readPieces({
    days,
    groups,
    client,
  }: Omit<UsageQuery, "format">): AsyncGenerator<NamedRow[]> {
    for (const piece of toPieces(days, shardsWith(client), groups)) {
      const fold = new UsageFold(groups, priceTokens);
      for (const slice of piece) {
        const entries = await redisHealth.readInTime(() =>
          readUsageShard(redis, redisKeys, slice, client),
        );
        for (const entry of entries) fold.add(slice.day, entry);
      }
      if (fold.size > 0) yield fold.rows().map(toNamedRow);
    }
  }

  function toNamedRow({ name, figures }: Row): NamedRow {
    return { ...toRowName(name), ...figures };
  }
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
      : { client: id, clientName: directory.nameOrNull(id) };
  }

  return {
    tables,
    pieces: readPieces,
    async table(query) {
      const { days, groups } = query;
      const [rows = [], total = []] = await tables(query, [groups, []]);
      return {
        from: days.at(0) ?? "",
        to: days.at(-1) ?? "",
        groupBy: [...groups],
        data: rows.map(toNamedRow),
        total: total[0]?.figures ?? noUsage,
      };
    },
  };
}

type Slice = { readonly day: string; readonly shard: number };

/** All slices of the counts; those that can add to the same row are in one piece. */
function toPieces(
  days: readonly string[],
  shards: readonly number[],
  groups: readonly UsageGroup[],
): Iterable<Slice[]> {
  const slices = days.flatMap((day) => shards.map((shard) => ({ day, shard })));
  const isByDay = groups.includes("day");
  const isByClient = groups.includes("client");
  return Map.groupBy(
    slices,
    ({ day, shard }) => `${isByDay ? day : ""} ${isByClient ? shard : ""}`,
  ).values();
}

/** Figures without any use. */
export const noUsage: UsageFigures = {
  calls: 0,
  answers: 0,
  errors: 0,
  promptTokens: 0,
  completionTokens: 0,
  meanWaitMs: null,
  savedUsd: null,
};

function tooMany(): GatewayError {
  return new GatewayError(
    "invalid-request",
    `That is more than ${mostRows} rows; group by less, or ask for fewer days`,
  );
}
