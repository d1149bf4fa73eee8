import { expect, test } from "vitest";
import { planFinishedRetention } from "../../../apps/gateway/src/jobs/finished-retention.ts";
import type { CompletionJob } from "../../../libs/shared/src/queue/completion-job.ts";
import { toFinishedRequest } from "../../../libs/shared/src/queue/finished-request.ts";

const ending = { status: 200, calls: 1, queueMs: 1, upstreamMs: 2 };

function finish(
  data: { body?: string; keptPayloadBytes?: number },
  answer: string,
  keepPayloads = true,
) {
  const job = { data: { requestId: "r", model: "m", ...data } };
  return toFinishedRequest(
    job as unknown as CompletionJob,
    { ...ending, answer },
    keepPayloads,
  );
}

test("what finished requests take together stays within the bytes that are allowed", () => {
  const bytes = 1_000_000;
  const { keep, payloadBytes } = planFinishedRetention({ count: 50, bytes });
  expect(keep).toMatchObject({ count: 50 });
  // Two lists of 50, and what each request takes besides.
  expect(2 * 50 * (payloadBytes + 4_096)).toBeLessThanOrEqual(bytes);
});

test("where there is little room, fewer finished requests are kept, or none", () => {
  const few = planFinishedRetention({ count: 1_000, bytes: 100_000 });
  expect(few.keep).toMatchObject({ count: 12 });
  expect(planFinishedRetention({ count: 1_000, bytes: 10 }).keep.count).toBe(0);
  expect(planFinishedRetention({ count: 0, bytes: 1_000_000 }).keep.count).toBe(
    0,
  );
});

test("a body is kept whole or not at all, and of an answer what fits beside it", () => {
  const body = "b".repeat(100);
  const whole = finish({ body, keptPayloadBytes: 1_000 }, "answer");
  expect(whole).toMatchObject({ body, ending: { answer: "answer" } });
  const large = finish({ body, keptPayloadBytes: 50 }, "é".repeat(100));
  expect(large.body).toBeUndefined();
  const kept = large.ending.answer ?? "";
  expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThanOrEqual(50);
  expect(kept.length).toBeGreaterThan(10);
});

test("a request that is sent again has the same room for its next answer", () => {
  expect(finish({ keptPayloadBytes: 77 }, "").keptPayloadBytes).toBe(77);
});

test("without payloads neither body nor answer is kept", () => {
  const finished = finish({ body: "b", keptPayloadBytes: 99 }, "a", false);
  expect(finished).not.toHaveProperty("body");
  expect(finished).not.toHaveProperty("keptPayloadBytes");
});
