import {
  type RequestObject,
  requestStates,
} from "@openrouter-free-pool/shared/api/past/requests-object";
import { z } from "zod";
import { queryTime } from "../../listing/query-time.ts";
import { cursorPattern, decodeCursor } from "./requests-cursor.ts";

const longestFilter = 200;
const filter = (description: string) =>
  z
    .string()
    .max(longestFilter)
    .transform((text) => text.trim().toLowerCase() || undefined)
    .optional()
    .meta({ description });

/** The query string of the list of requests. Texts match a part, in any case. */
export const requestsQuerySchema = z
  .object({
    status: z
      .enum(["all", ...requestStates])
      .default("all")
      .meta({
        description: "Only those in this state",
      }),
    client: filter("A part of a client's name or id"),
    model: filter("A part of a model's name"),
    key: filter("A part of a key's mask"),
    id: filter("A part of a request's, job's or batch's id"),
    from: queryTime(
      "ISO 8601, UTC unless it has a zone; only those that ended, or if they are not over came, at this time or later",
    ),
    to: queryTime("UTC; the same or earlier"),
    cursor: z
      .string()
      .regex(cursorPattern, "wants the `next` of a page")
      .optional()
      .meta({ description: "`next` of the page before" }),
  })
  .refine(
    ({ status, cursor = "" }) => {
      const { open } = decodeCursor(cursor);
      return !open || status === "all" || status === open.state;
    },
    { path: ["cursor"], error: "is of a list with another `status`" },
  );

/** The requested requests. Times in ms since the epoch. */
export type RequestsQuery = Readonly<z.output<typeof requestsQuerySchema>>;

/** Whether requests must be read to know which ones match. */
export function hasFilter(query: RequestsQuery): boolean {
  const { client, model, key, id, from, to } = query;
  return [client, model, key, id, from, to].some((each) => each !== undefined);
}

/**
 * Whether a request matches, whatever its state.
 *
 * @param clientId its client's id: the request has only the name.
 */
export function isAsked(
  request: RequestObject,
  query: RequestsQuery,
  clientId: string | undefined,
): boolean {
  const { client, model, calledModel, key, id, jobId, of } = request;
  const at = Date.parse(request.endedAt ?? request.createdAt ?? "");
  return (
    has(query.client, client, clientId) &&
    has(query.model, model, calledModel) &&
    has(query.key, key) &&
    has(query.id, id, jobId, of) &&
    !(query.from !== undefined && at < query.from) &&
    !(query.to !== undefined && at > query.to)
  );
}

function has(
  wanted: string | undefined,
  ...texts: readonly (string | null | undefined)[]
): boolean {
  if (wanted === undefined) return true;
  return texts.some((text) => text?.toLowerCase().includes(wanted));
}
