import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";
import { z } from "zod";

const count = z.number().int().nonnegative().optional().catch(undefined);

// Lenient on purpose: a field of an unexpected type counts as absent.
const answerSchema = z.object({
  data: z.object({
    creator_user_id: z.string().min(1).optional().catch(undefined),
    limit_remaining: z.number().optional().catch(undefined),
    free_model_daily_requests: z
      .object({ limit: count, remaining: count, used: count })
      .optional()
      .catch(undefined),
  }),
});

/** What OpenRouter tells about a key (`GET /key`); what it does not tell is undefined. */
export type KeyFacts = {
  /** Whose the key is: keys of one user share one budget. */
  readonly userId: string | undefined;
  /** Free calls of the user's day: how many may be made, and how many were. */
  readonly day: {
    readonly limit: number | undefined;
    readonly used: number | undefined;
  };
  /** Whether the key's own spending limit is reached. */
  readonly isSpent: boolean;
};

/** Reads the body of `GET /key`; undefined when it is not OpenRouter's. */
export function readKeyFacts(body: string): KeyFacts | undefined {
  const answer = answerSchema.safeParse(parseJson(body));
  if (!answer.success) return undefined;
  const { data } = answer.data;
  const { limit, remaining, used } = data.free_model_daily_requests ?? {};
  const counted =
    limit === undefined || remaining === undefined
      ? undefined
      : Math.max(0, limit - remaining);
  return {
    userId: data.creator_user_id,
    // A limit of 0 is not believed: OpenRouter would refuse with a 429.
    day: { limit: limit === 0 ? undefined : limit, used: used ?? counted },
    isSpent: (data.limit_remaining ?? 1) <= 0,
  };
}
