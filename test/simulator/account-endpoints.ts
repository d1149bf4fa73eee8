import {
  errorAnswer,
  type HttpAnswer,
  jsonAnswer,
} from "./answers/http-answer.ts";
import type { CallRecord } from "./calls/call-log.ts";
import type { Account, Simulation } from "./simulation.ts";

const MASK_HEAD = 12;
const MASK_TAIL = 3;
const KEY_LIMIT_DOLLARS = 100;

/** `GET /key`: what OpenRouter tells about the key and the day's free requests. */
export function describeKey(
  simulation: Simulation,
  account: Account,
  key: string,
  now: number,
): HttpAnswer {
  const { counter, rules } = simulation.quotaOf(account);
  const used = counter.dayUsed(now, rules.dayMs) + rules.usedElsewhere;
  const isUsedUp =
    simulation.settings.keys[key]?.fault?.kind === "403-key-limit";
  const usage = isUsedUp ? KEY_LIMIT_DOLLARS : 0;
  return jsonAnswer(200, {
    data: {
      label: `${key.slice(0, MASK_HEAD)}...${key.slice(-MASK_TAIL)}`,
      creator_user_id: account.userId,
      organization_id: null,
      is_free_tier: account.paid !== true,
      free_model_daily_requests: {
        limit: rules.perDay,
        remaining: Math.max(0, rules.perDay - used),
        used,
      },
      limit: isUsedUp ? KEY_LIMIT_DOLLARS : null,
      limit_remaining: isUsedUp ? 0 : null,
      limit_reset: isUsedUp ? "monthly" : null,
      usage,
      usage_daily: usage,
      expires_at: null,
      rate_limit: {
        requests: -1,
        interval: "10s",
        note: "This field is deprecated and safe to ignore.",
      },
    },
  });
}

/** `GET /credits`, in dollars; the balance is total_credits - total_usage. */
export function describeCredits({ credits = 0 }: Account): HttpAnswer {
  return jsonAnswer(200, {
    data: {
      total_credits: Math.max(0, credits),
      total_usage: Math.max(0, -credits),
    },
  });
}

function findGeneration(
  simulation: Simulation,
  id: string,
): CallRecord | undefined {
  // The id ends in the call's number, see `composeAnswer`.
  const n = Number.parseInt(id.slice(id.lastIndexOf("-") + 1), 36);
  const call = simulation.log.find(n);
  return call?.generationId === id ? call : undefined;
}

/** `GET /generation?id=`: what became of an answer. */
export function describeGeneration(
  simulation: Simulation,
  id: string,
): HttpAnswer {
  const call = findGeneration(simulation, id);
  if (call === undefined) {
    return errorAnswer(404, `Generation ${id} not found`);
  }
  const elapsedMs = (call.finishedAt ?? Date.now()) - call.at;
  return jsonAnswer(200, {
    data: {
      id,
      model: call.model,
      created_at: new Date(call.at).toISOString(),
      origin: call.userHeader["http-referer"] ?? "",
      streamed: call.stream,
      cancelled: call.abortedAt !== null,
      total_cost: call.cost,
      usage: call.cost,
      is_byok: false,
      upstream_id: null,
      finish_reason: call.kind === "ok" ? "stop" : "error",
      latency: elapsedMs,
      generation_time: elapsedMs,
    },
  });
}
