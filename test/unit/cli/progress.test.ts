import { expect, test } from "vitest";
import type { Batch } from "../../../apps/cli/src/gateway/objects.ts";
import {
  formatDuration,
  formatRate,
} from "../../../apps/cli/src/progress/format.ts";
import {
  describeProgress,
  drawProgress,
} from "../../../apps/cli/src/progress/progress.ts";
import { Speed } from "../../../libs/shared/src/timers/speed.ts";

const batch: Batch = {
  id: "batch_1",
  status: "in_progress",
  endpoint: "/v1/chat/completions",
  created_at: 0,
  in_progress_at: 0,
  expires_at: 0,
  output_file_id: null,
  error_file_id: null,
  request_counts: { total: 20_000, completed: 8_400, failed: 12 },
  errors: null,
};

test("a bar says how far it is, how fast, and when it ends", () => {
  const progress = describeProgress(batch, 133, 50_000);
  expect(drawProgress(progress, 120)).toBe(
    "██████████░░░░░░░░░░░░░░ 42%  8,412/20,000  133/s  12 failed  quota left 50,000  ETA 1m 27s",
  );
  expect(drawProgress(progress, 40)).toHaveLength(40);
});

test("nobody knows the end when the quota is not enough", () => {
  const progress = describeProgress(batch, 133, 5_000);
  expect(progress.etaMs).toBeUndefined();
  expect(drawProgress(progress, 120)).toContain("goes on when new quota comes");
});

test("a batch that is not under way says what it is at", () => {
  const at = (status: Batch["status"]) =>
    drawProgress(
      describeProgress({ ...batch, status }, undefined, undefined),
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
