import { expect, test } from "vitest";
import { openBatch } from "../../../support/batches/open-batch.ts";
import { answer } from "../../../support/dispatch/gateway-jobs.ts";
import { until } from "../../../support/until.ts";

type OpenBatch = Awaited<ReturnType<typeof openBatch>>;

const untilJobs = (batch: OpenBatch, jobs: string[]) =>
  until(`the jobs are ${jobs.join()}`, async () => {
    const found = await batch.listJobs();
    return found.join() === jobs.join();
  });

/** Starts the batch's next leader. */
async function continueWith(batch: OpenBatch) {
  const { execution, stop } = await batch.lead({ isTakeOver: true });
  const running = execution.run();
  running.catch(() => undefined);
  return { running, stop };
}

/** A batch of one line whose first job a worker gave up, so that it has its second one. */
async function openPutBack() {
  const batch = await openBatch({ lines: 1 });
  const first = await batch.lead({ isTakeOver: false });
  const running = first.execution.run();
  running.catch(() => undefined);
  const firstJob = `${batch.id}.1`;
  const secondJob = `${firstJob}.1`;
  await untilJobs(batch, [firstJob]);
  await batch.end(firstJob, { kind: "orphaned" });
  await untilJobs(batch, [secondJob]);
  return { batch, first, running, secondJob };
}

test("a line in its second try is not fed again by the next leader", async () => {
  const { batch, first, running, secondJob } = await openPutBack();
  first.stop.abort();
  expect(await running).toBe("stopped");
  const next = await continueWith(batch);
  await batch.end(secondJob, { kind: "orphaned" });
  const thirdJob = `${batch.id}.1.2`;
  await untilJobs(batch, [thirdJob]);
  await batch.end(thirdJob, answer);
  expect(await next.running).toBe("all-reported");
  expect(await batch.listResults()).toEqual(["1: 200"]);
  const retries = batch.redisKeys.batchRetries(batch.id);
  expect(await batch.redis.exists(retries)).toBe(0);
});

test("a line in its second try is not fed again by the successor of a dead leader", async () => {
  const { batch, running, secondJob } = await openPutBack();
  const retries = batch.redisKeys.batchRetries(batch.id);
  expect(await batch.redis.hgetall(retries)).toEqual({ 1: "1:0" });
  expect(await batch.redis.pttl(retries)).toBeGreaterThan(0);
  const next = await continueWith(batch);
  // Both read it; the old leader finds out that it has lost its lease.
  await batch.end(secondJob, { ...answer, status: 503 });
  await until("the try is recorded", async () => {
    const { 1: retry } = await batch.redis.hgetall(retries);
    return retry === "2:1";
  });
  await expect(running).rejects.toThrow();
  expect(await batch.listJobs()).toEqual([]);
  next.stop.abort();
  expect(await next.running).toBe("stopped");
});

test("a call that has failed once is not forgotten by the next leader", async () => {
  const batch = await openBatch({ lines: 1 });
  const first = await batch.lead({ isTakeOver: false });
  const running = first.execution.run();
  const firstJob = `${batch.id}.1`;
  await untilJobs(batch, [firstJob]);
  await batch.end(firstJob, { ...answer, status: 503 });
  const retries = batch.redisKeys.batchRetries(batch.id);
  await until("the try is recorded", () => batch.redis.exists(retries));
  first.stop.abort();
  expect(await running).toBe("stopped");
  const next = await continueWith(batch);
  const secondJob = `${firstJob}.1`;
  await untilJobs(batch, [secondJob]);
  await batch.end(secondJob, { ...answer, status: 503 });
  expect(await next.running).toBe("all-reported");
  expect(await batch.listResults()).toEqual(["1: 503"]);
});

test("the end of a line is counted once, by the leader that stores it", async () => {
  const batch = await openBatch({ lines: 2 });
  const first = await batch.lead({ isTakeOver: false });
  const running = first.execution.run();
  const [job = "", otherJob = ""] = [`${batch.id}.1`, `${batch.id}.2`];
  await untilJobs(batch, [job, otherJob]);
  // The first leader does not know yet that it has a successor, and reads the reply, too.
  const next = await continueWith(batch);
  await batch.end(job, answer);
  await expect(running).rejects.toThrow();
  await batch.end(otherJob, answer);
  expect(await next.running).toBe("all-reported");
  expect(batch.reported.toSorted()).toEqual([1, 2]);
});
