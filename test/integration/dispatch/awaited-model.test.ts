import { promoteAwaiting } from "@openrouter-free-pool/shared/key-pool/models/awaited-model";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import { expect, test } from "vitest";
import { openFetching } from "../../support/dispatch/open-fetching.ts";

const anHourMs = 3_600_000;

/** A worker with a job that has to wait for what a call says of its model. */
async function openWaiting() {
  const dispatch = await openFetching({ concurrency: 1 });
  const { queue, redis, redisKeys, keyPool } = dispatch;
  const { model } = queue.request;
  await queue.add(priorities.normal, "waiting");
  const [taken] = (await dispatch.takeJobs(1)).jobs;
  if (!taken) throw new Error("No job is in line");
  const waits = { kind: "deferred-for-proof", model } as const;
  return {
    ...dispatch,
    /** Another call is to prove the model. */
    beProving: () => redis.set(redisKeys.modelProof(model), "first 1"),
    prove: () => keyPool.models.prove(model),
    lose: () => keyPool.models.lose(model, "No endpoints found"),
    promote: () => promoteAwaiting(dispatch, model),
    delay: () => dispatch.settle(taken.job, { ...waits, heldMs: anHourMs }),
    listed: () => redis.llen(redisKeys.modelAwaited(model)),
    delayed: () => redis.zrange(queue.keys.delayed, "0", "-1"),
  };
}

test("a job that waits for the proof of its model is in line as soon as the call has ended", async () => {
  const waiting = await openWaiting();
  await waiting.beProving();
  await waiting.delay();
  expect(await waiting.delayed()).toEqual(["waiting"]);
  await waiting.prove();
  await waiting.promote();
  expect(await waiting.delayed()).toEqual([]);
  expect(await waiting.queue.inLine()).toEqual(["waiting"]);
});

test("a job that is delayed only after the call has ended does not wait in vain", async () => {
  const waiting = await openWaiting();
  await waiting.beProving();
  await waiting.prove();
  await waiting.promote();
  await waiting.delay();
  expect(await waiting.delayed()).toEqual([]);
  expect(await waiting.queue.inLine()).toEqual(["waiting"]);
  expect(await waiting.listed()).toBe(0);
});

test("nor when that call has found that the model is gone", async () => {
  const waiting = await openWaiting();
  await waiting.beProving();
  await waiting.lose();
  await waiting.delay();
  expect(await waiting.queue.inLine()).toEqual(["waiting"]);
});
