import { z } from "zod";
import { GatewayError } from "../gateway-error.ts";
import type { PageQuery } from "./read-page.ts";

/**
 * Reads `limit`, `after` and `order` from a query string.
 *
 * @throws {GatewayError} `invalid-request`.
 */
export function readPageQuery(
  query: unknown,
  limits: { usual: number; most: number },
): PageQuery {
  const schema = z.object({
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(limits.most)
      .default(limits.usual),
    after: z.string().min(1).optional(),
    order: z.enum(["asc", "desc"]).default("desc"),
  });
  const parsed = schema.safeParse(query);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `\`${issue.path.join(".")}\`: ${issue.message}`,
    );
    throw new GatewayError("invalid-request", problems.join("; "));
  }
  const { limit, after, order } = parsed.data;
  return { limit, after, order };
}
