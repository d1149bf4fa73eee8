import { expect, test } from "vitest";
import type { Batch } from "../../../apps/cli/src/gateway/objects.ts";
import {
  describeForecast,
  describeShortWindow,
} from "../../../apps/cli/src/progress/describe-forecast.ts";
import { drawProgress } from "../../../apps/cli/src/progress/draw-progress.ts";
import {
  formatDuration,
  formatRate,
} from "../../../apps/cli/src/progress/format.ts";
import { describeProgress } from "../../../apps/cli/src/progress/progress.ts";
import { Speed } from "../../../libs/shared/src/timers/speed.ts";

const batch: Batch = {
  id: "batch_1",
  status: "in_progress",
  endpoint: "/v1/chat/completions",
  completion_window: "24h",
  created_at: 0,
  in_progress_at: 0,
  expires_at: 0,
  output_file_id: null,
  error_file_id: null,
  request_counts: { total: 20_000, completed: 8_400, failed: 12 },
  errors: null,
  metadata: null,
  forecast: { calls: 11_588, ends_at: null, account_days: 11.6 },
};

const enough = { quotaLeft: 50_000, obstacle: undefined };
const tooLittle = { quotaLeft: 5_000, obstacle: undefined };
const unknown = { quotaLeft: undefined, obstacle: undefined };

test("a bar says how far it is, how fast, and when it ends", () => {
  const progress = describeProgress(batch, 133, enough);
  expect(drawProgress(progress, 120)).toBe(
    "██████████░░░░░░░░░░░░░░ 42%  8,412/20,000  133/s  12 failed  quota left 50,000  ETA 1m 27s",
  );
});

test("in 80 columns the bar gives way, and what matters least", () => {
  const endsAt = secondsAt(new Date().getFullYear(), 11, 6, 14, 20);
  const forecast = { ...batch.forecast, ends_at: endsAt };
  const late = { ...batch, forecast, expires_at: endsAt + 1 };
  expect(drawProgress(describeProgress(batch, 133, enough), 79)).toBe(
    "█████░░░░░░░ 42%  8,412/20,000  133/s  12 failed  quota left 50,000  ETA 1m 27s",
  );
  const drawn = drawProgress(describeProgress(late, 133, tooLittle), 79);
  expect(drawn).toMatch(
    /^█+░+ 42% {2}8,412\/20,000 {2}133\/s {2}12 failed {2}ends about 6 Dec 14:20$/,
  );
  for (let columns = 1; columns <= 130; columns += 1) {
    const line = drawProgress(describeProgress(late, 133, enough), columns);
    expect(line.length).toBeLessThanOrEqual(columns);
  }
});

test("a bar says that the window ends before the batch does", () => {
  const year = new Date().getFullYear() + 1;
  const forecast = {
    ...batch.forecast,
    ends_at: secondsAt(year, 11, 6, 14, 20),
  };
  const expires_at = secondsAt(year, 10, 26, 12, 0);
  const progress = describeProgress(
    { ...batch, forecast, expires_at },
    133,
    tooLittle,
  );
  expect(drawProgress(progress, 120)).toContain(
    `ends about 6 Dec ${year}, window 26 Nov ${year}`,
  );
});

test("the gateway's forecast tells the end when the quota of today is not enough", () => {
  const endsAt = secondsAt(new Date().getFullYear(), 11, 6, 14, 20);
  const forecast = { ...batch.forecast, ends_at: endsAt };
  const progress = describeProgress(
    { ...batch, forecast, expires_at: endsAt },
    133,
    tooLittle,
  );
  expect(progress.etaMs).toBeUndefined();
  expect(drawProgress(progress, 120)).toContain("ends about 6 Dec 14:20");
});

test("a bar says why nothing goes on", () => {
  const obstacle = "no key works (3 of 3: 401)";
  const progress = describeProgress(batch, 133, { ...tooLittle, obstacle });
  expect(progress.etaMs).toBeUndefined();
  expect(drawProgress(progress, 79)).toContain(obstacle);
});

test("a batch that is not under way says what it is at", () => {
  const at = (status: Batch["status"]) =>
    drawProgress(
      describeProgress({ ...batch, status }, undefined, unknown),
      120,
    );
  expect(at("validating")).toBe("validating …");
  expect(at("finalizing")).toContain("finalizing");
});

test.each([
  [0, "0s"],
  [8_000, "8s"],
  [67_000, "1m 7s"],
  [3 * 3_600_000, "3h 0m"],
  [51 * 3_600_000, "2d 3h"],
])("%i ms", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [undefined, "–/s"],
  [133.3, "133/s"],
  [1.25, "1.3/s"],
  [0.25, "15.0/min"],
])("%s a second", (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});

test("the rate is that of the last half minute", () => {
  const speed = new Speed();
  speed.record(0, 0);
  expect(speed.perSecond).toBeUndefined();
  for (let second = 1; second <= 60; second += 1)
    speed.record(second * 1_000, 0);
  for (let second = 61; second <= 100; second += 1) {
    speed.record(second * 1_000, (second - 60) * 5);
  }
  expect(speed.perSecond).toBeCloseTo(5, 0);
});

/** Of this machine's zone, as the terminal shows it. */
function secondsAt(...at: [number, number, number, number, number]): number {
  return new Date(...at).getTime() / 1_000;
}

const now = secondsAt(2026, 10, 25, 12, 0) * 1_000;
const forecast = {
  calls: 5_000,
  ends_at: secondsAt(2026, 11, 6, 14, 20),
  account_days: 11.1,
};

test("a line says what a batch takes", () => {
  const describe = (
    change: Partial<typeof forecast> | { ends_at: null },
    obstacle?: string,
  ) =>
    describeForecast(
      { forecast: { ...forecast, ...change } },
      { obstacle, now },
    );
  expect(describe({})).toBe(
    "5,000 calls, ends about 6 Dec 14:20 (11.1 account-days)",
  );
  expect(describe({ ends_at: secondsAt(2027, 0, 6, 9, 5) })).toContain(
    "ends about 6 Jan 2027 09:05",
  );
  expect(describe({ ends_at: null })).toBe(
    "5,000 calls, no key is usable (11.1 account-days)",
  );
  expect(describe({ ends_at: null }, "no worker runs")).toBe(
    "5,000 calls, no worker runs (11.1 account-days)",
  );
});

test.each([
  ["nothing is left", { calls: 0, ends_at: null, account_days: 0 }],
  [
    "the lines are not counted yet",
    { calls: null, ends_at: null, account_days: null },
  ],
])("no line when %s", (_, nothing) => {
  expect(
    describeForecast({ forecast: nothing }, { obstacle: undefined, now }),
  ).toBeUndefined();
});

test("a warning says that the window is too short", () => {
  const started = {
    forecast,
    completion_window: "24h",
    expires_at: now / 1_000 + 86_400,
  };
  const warn = (perDay?: number, change: Partial<typeof started> = {}) =>
    describeShortWindow({ ...started, ...change }, { perDay, now });
  expect(warn(450)).toBe(
    "5,000 lines, 450 calls a day: ends about 6 Dec; the window of 24 h is too short",
  );
  expect(warn()).toContain("5,000 lines: ends about 6 Dec;");
  expect(warn(450, { expires_at: forecast.ends_at })).toBeUndefined();
  const tomorrow = { ...forecast, ends_at: secondsAt(2026, 10, 26, 14, 20) };
  expect(warn(450, { forecast: tomorrow })).toContain("26 Nov 14:20;");
});
