import { listProblems } from "@openrouter-free-pool/shared/api/list-problems";
import { z } from "zod";
import { GatewayError } from "../errors/gateway-error.ts";
import type { PageQuery } from "./read-page.ts";

/** The schema of a list's query string. */
export function pageQuerySchema(limits: { usual: number; most: number }) {
  return z.object({
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(limits.most)
      .default(limits.usual)
      .meta({ description: "How many items" }),
    after: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "Id of the last item of the page before" }),
    order: z
      .enum(["asc", "desc"])
      .default("desc")
      .meta({ description: "By time; `desc`: the newest first" }),
  });
}

/**
 * Reads `limit`, `after` and `order` from a query string.
 *
 * @throws {GatewayError} `invalid-request`.
 */
export function readPageQuery(
  query: unknown,
  limits: { usual: number; most: number },
): PageQuery {
  const parsed = pageQuerySchema(limits).safeParse(query);
  if (!parsed.success) throw toInvalidQuery(parsed.error);
  const { limit, after, order } = parsed.data;
  return { limit, after, order };
}

/** What is wrong with a query string. */
export function toInvalidQuery(error: z.ZodError): GatewayError {
  return new GatewayError("invalid-request", listProblems(error));
}
