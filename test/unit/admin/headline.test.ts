import type { AccountState } from "@openrouter-free-pool/shared/key-pool/pool/read-pool";
import { expect, test } from "vitest";
import { findHeadline } from "../../../apps/gateway/src/admin/overview/present/headline.ts";
import type { Overview } from "../../../apps/gateway/src/admin/overview/read/read-overview.ts";
import { measureWorkLeft } from "../../../apps/gateway/src/admin/overview/read/work-left.ts";
import { describeKeys } from "../../../apps/gateway/src/pool/keys-status.ts";
import type { PoolView } from "../../../apps/gateway/src/pool/pool-watch.ts";

const dayMs = 86_400_000;
const limits = {
  perMinute: 20,
  perDay: 200,
  windowMs: 60_000,
  guardMs: 600,
  dayMs,
};
/** Noon of 26 November 2026. */
const now = Date.UTC(2026, 10, 26, 12);
const busyWorker = {
  host: "h",
  pid: 1,
  version: "1",
  startedAt: 0,
  concurrency: 64,
};

type Scene = {
  account?: Partial<AccountState>;
  retired?: string;
  inLine?: number;
  delayed?: number;
  batchLines?: number;
  workers?: number;
  workerInFlight?: number;
  isPaused?: boolean;
  cooling?: Overview["cooling"];
  unreached?: string;
};

function headlineOf(scene: Scene) {
  const { inLine = 0, delayed = 0, batchLines = 0, workers = 1 } = scene;
  const account: AccountState = {
    account: "a",
    minuteUsed: 0,
    grantedAt: [],
    dayUsed: 0,
    dayElsewhere: 0,
    perMinute: 20,
    perDay: 200,
    lastUsedAt: undefined,
    parked: undefined,
    ...scene.account,
  };
  const retired = scene.retired
    ? { reason: scene.retired, at: now }
    : undefined;
  const view: PoolView = {
    pool: {
      now,
      dayEndsAt: now + dayMs / 2,
      keys: [{ id: "k", mask: "sk…", account: "a", retired }],
      accounts: new Map([["a", account]]),
    },
    waiting: inLine + delayed,
    held: 0,
    inLine: { high: 0, normal: 0, low: inLine },
    inFlight: 0,
    isPaused: scene.isPaused ?? false,
    workers,
    startedAt: 0,
    readAt: 0,
  };
  const backlogs = batchLines > 0 ? [{ id: "b", calls: batchLines }] : [];
  const living = { id: "w", seenAt: now };
  const details = { ...busyWorker, inFlight: scene.workerInFlight ?? 0 };
  const { tone, text, detail } = findHeadline({
    view,
    status: describeKeys(view, limits),
    depth: {
      delayed,
      held: 0,
      headWaits: new Map(),
    },
    left: measureWorkLeft(view, backlogs, limits),
    workers: Array.from({ length: workers }, () => ({ ...living, details })),
    cooling: scene.cooling ?? [],
    probes: new Map(
      scene.unreached ? [["k", { at: now, failure: scene.unreached }]] : [],
    ),
    refusals: [],
    buckets: [],
    range: "hour",
    past: [],
    limits,
  });
  return `${tone}: ${text}. ${detail}`;
}

test("lines of batches that are not on the queue yet wait, too, and the quota is named", () => {
  const headline = headlineOf({ batchLines: 4_900, inLine: 100 });
  expect(headline).toBe(
    "notice: The day's quota is the bottleneck. 4,900 lines of 1 batch wait, and 200 calls are left today of 200 a day; the last one goes out about 20 Dec 00:05 UTC. Keys of more accounts make it sooner.",
  );
});

test.each<[string, Scene, string]>([
  ["nothing to do", {}, "good: Nothing waits. Requests go straight out."],
  ["no worker", { workers: 0, inLine: 5 }, "bad: No worker is alive. "],
  ["no key", { retired: "invalid" }, "bad: No key works (1 of 1: 401). "],
  [
    "OpenRouter",
    { unreached: "openrouter.ai has no address (ENOTFOUND)" },
    "bad: OpenRouter cannot be reached. openrouter.ai has no address (ENOTFOUND). ",
  ],
  [
    "paused",
    { isPaused: true, inLine: 5 },
    "notice: The queue is paused. 5 requests wait until",
  ],
  [
    "the day",
    { account: { dayUsed: 200 }, batchLines: 9 },
    "notice: Today's calls are used up. What waits goes on at 00:00 UTC, in 12 h. ",
  ],
  [
    "the day, as OpenRouter says",
    {
      account: {
        dayUsed: 10,
        parked: { until: now + dayMs / 2, reason: "day" },
      },
      inLine: 30,
    },
    "notice: Today's calls are used up. What waits goes on at 00:00 UTC, in 12 h. ",
  ],
  [
    "workers",
    { inLine: 5, workerInFlight: 64 },
    "notice: The worker is full. 5 requests wait although 20 slots are free. Start another worker",
  ],
  [
    "a model",
    { delayed: 3, cooling: [{ model: "m/a:free", until: now + 40_000 }] },
    "notice: m/a:free cools down. 3 requests wait for it; the first is called again in 40 s. ",
  ],
  [
    "a time that OpenRouter has stated",
    {
      account: {
        dayUsed: 10,
        parked: { until: now + 40_000, reason: "stated" },
      },
      inLine: 5,
    },
    "good: Working through the queue. 5 requests wait; the last one goes out in about 40 s. ",
  ],
  [
    "the minute",
    {
      inLine: 5,
      account: { minuteUsed: 20, grantedAt: Array(20).fill(now - 30_000) },
    },
    "good: Working through the queue. 5 requests wait; the last one goes out in about 31 s. The accounts' limits set the pace: 20 calls per minute.",
  ],
])("the headline names the bottleneck: %s", (_, scene, expected) => {
  expect(headlineOf(scene)).toContain(expected);
});
