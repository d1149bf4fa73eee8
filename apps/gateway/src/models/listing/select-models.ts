import { z } from "zod";
import { toInvalidQuery } from "../../listing/page-query.ts";
import type { ModelsList } from "../catalogue/models-list.ts";

/** The query string of the list; OpenRouter's own filters are not supported. */
export const modelsQuerySchema = z.object({
  free: z
    .enum(["", "true", "1", "false", "0"])
    .optional()
    .catch(undefined)
    .meta({
      description:
        "`true`: only models that cost nothing, `false`: all; without it those that this pool serves",
    }),
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .meta({ description: "How many models to skip" }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ description: "How many models at most; all of them without it" }),
});

/** See {@link modelsQuerySchema}. */
type ModelsQuery = z.output<typeof modelsQuerySchema>;

/** @throws {GatewayError} `invalid-request`. */
export function readModelsQuery(query: unknown): ModelsQuery {
  const parsed = modelsQuerySchema.safeParse(query);
  if (!parsed.success) throw toInvalidQuery(parsed.error);
  return parsed.data;
}

/** The requested part of the list, in the form of a page of OpenRouter's. */
export function selectModels(list: ModelsList, query: ModelsQuery): ModelsList {
  const { offset, limit = Number.POSITIVE_INFINITY } = query;
  const wanted = list.data;
  const data = wanted.slice(offset, offset + limit);
  const nextOffset = offset + data.length;
  const next =
    nextOffset < wanted.length
      ? `?${new URLSearchParams({ ...(query.free && { free: query.free }), offset: String(nextOffset), limit: String(limit) })}`
      : null;
  return {
    ...list,
    data,
    ...(list.total_count === undefined ? {} : { total_count: wanted.length }),
    ...(list.links && { links: { ...list.links, next } }),
  };
}

/** Whether only free models are requested, or all; undefined when the query does not say. */
export function readFree({ free }: ModelsQuery): boolean | undefined {
  if (free === undefined) return undefined;
  return free !== "false" && free !== "0";
}
