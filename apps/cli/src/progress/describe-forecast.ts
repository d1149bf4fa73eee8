import type { Batch } from "../gateway/objects.ts";
import { say } from "../words/say.ts";
import { formatCount, formatDay, formatTime } from "./format.ts";

/**
 * What a batch needs: `5,000 calls, ends about 6 Dec 14:20 (11.1 account-days)`.
 *
 * @param options.obstacle why the pool makes no calls; undefined when it makes some, or the reason
 * is unknown.
 * @returns undefined when no calls are left, or the number of lines is not known yet.
 */
export function describeForecast(
  { forecast }: Pick<Batch, "forecast">,
  { obstacle, now }: { obstacle: string | undefined; now: number },
): string | undefined {
  const { calls, ends_at: endsAt, account_days: accountDays } = forecast;
  if (!calls) return undefined;
  const end =
    obstacle ??
    (endsAt === null
      ? say("batch.noKeyUsable")
      : say("batch.endsAbout", { time: formatTime(endsAt, now) }));
  const facts = { calls: formatCount(calls), end };
  return accountDays === null
    ? say("batch.forecast", facts)
    : say("batch.forecastQuota", { ...facts, days: accountDays.toFixed(1) });
}

/**
 * A warning when a batch will expire before its last line is answered.
 *
 * @param options.perDay calls that the pool may make in a day; undefined when unknown.
 */
export function describeShortWindow(
  batch: Pick<Batch, "forecast" | "expires_at" | "completion_window">,
  { perDay, now }: { perDay: number | undefined; now: number },
): string | undefined {
  const { calls, ends_at: endsAt } = batch.forecast;
  const { expires_at: expiresAt, completion_window: window } = batch;
  if (!calls || endsAt === null || expiresAt === null) return undefined;
  if (endsAt <= expiresAt) return undefined;
  const facts = {
    calls: formatCount(calls),
    day: formatDay(endsAt, now),
    window: window.replace(/(\d)([a-z])/, "$1 $2"),
  };
  return perDay === undefined
    ? say("batch.shortWindow", facts)
    : say("batch.shortWindowQuota", { ...facts, perDay: formatCount(perDay) });
}

/** A warning for each model that OpenRouter will withdraw before the batch ends. */
export function describeEndingModels({
  forecast: { ending_models: ending = [] },
}: Pick<Batch, "forecast">): readonly string[] {
  return ending.map(({ id, expiration_date: day }) =>
    say("batch.modelEnds", { model: id, day }),
  );
}
