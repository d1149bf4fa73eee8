import { expect, test } from "vitest";
import { openBatch } from "../../../support/batches/open-batch.ts";
import { answer } from "../../../support/dispatch/gateway-jobs.ts";
import { until } from "../../../support/until.ts";

/** A batch with line 1 in flight and line 2 in line. */
async function openHalfCalled() {
  const batch = await openBatch({ lines: 2 });
  const leader = await batch.lead({ isTakeOver: false });
  const running = leader.execution.run();
  await until("it is fed", async () => (await batch.listJobs()).length === 2);
  const inFlight = `${batch.id}.1`;
  await batch.hold(inFlight);
  return { ...batch, leader, running, inFlight };
}

/** The call in flight is answered when only its job is left. */
async function expectAnswerKept(
  batch: Awaited<ReturnType<typeof openHalfCalled>>,
  ending: Promise<unknown>,
) {
  await until("one job is left", async () => {
    const jobs = await batch.listJobs();
    return jobs.length === 1 && jobs[0] === batch.inFlight;
  });
  await batch.end(batch.inFlight, answer);
  await ending;
  expect(await batch.listResults()).toEqual(["1: 200", "2: batch_cancelled"]);
}

test("a batch that is cancelled keeps the answer of its call in flight", async () => {
  const batch = await openHalfCalled();
  await batch.batches.cancel(batch.id);
  expect(await batch.running).toBe("cancelled");
  const ending = batch.leader.execution.windDown("batch_cancelled");
  await expectAnswerKept(batch, ending);
});

test("a batch that is cancelled while its leader changes keeps the answer of its call in flight", async () => {
  const batch = await openHalfCalled();
  batch.leader.stop.abort();
  expect(await batch.running).toBe("stopped");
  await batch.batches.cancel(batch.id);
  const { execution } = await batch.lead({ isTakeOver: true });
  expect(await execution.run()).toBe("cancelled");
  const ending = execution.windDown("batch_cancelled");
  await expectAnswerKept(batch, ending);
});

test("a gateway that stops while it winds a batch down leaves its call in flight to the next one", async () => {
  const batch = await openHalfCalled();
  await batch.batches.cancel(batch.id);
  expect(await batch.running).toBe("cancelled");
  const ending = batch.leader.execution.windDown("batch_cancelled");
  await until(
    "one job is left",
    async () => (await batch.listJobs()).length === 1,
  );
  batch.leader.stop.abort();
  await ending;
  expect(await batch.listResults()).toEqual([]);

  const mark = batch.redisKeys.cancelled(batch.inFlight);
  await batch.redis.del(mark);
  const { execution } = await batch.lead({ isTakeOver: true });
  expect(await execution.run()).toBe("cancelled");
  const endingAgain = execution.windDown("batch_cancelled");
  await until("the call is marked again", () => batch.redis.exists(mark));
  await batch.end(batch.inFlight, answer);
  await endingAgain;
  expect(await batch.listResults()).toEqual(["1: 200", "2: batch_cancelled"]);
});

test("calls in flight are waited for also where the next leader may have fewer lines under way", async () => {
  const batch = await openBatch({ lines: 4 });
  const first = await batch.lead({ isTakeOver: false });
  const running = first.execution.run();
  await until("it is fed", async () => (await batch.listJobs()).length === 4);
  const jobs = await batch.listJobs();
  for (const job of jobs) await batch.hold(job);
  first.stop.abort();
  expect(await running).toBe("stopped");
  await batch.batches.cancel(batch.id);
  const { execution } = await batch.lead({ isTakeOver: true, most: 1 });
  expect(await execution.run()).toBe("cancelled");
  const ending = execution.windDown("batch_cancelled");
  const [last = ""] = jobs.slice(-1);
  const mark = batch.redisKeys.cancelled(last);
  await until("the last call is marked", () => batch.redis.exists(mark), 5_000);
  for (const job of jobs) await batch.end(job, answer);
  await ending;
  expect(await batch.listResults()).toEqual([
    "1: 200",
    "2: 200",
    "3: 200",
    "4: 200",
  ]);
});
