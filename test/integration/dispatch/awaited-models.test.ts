import { StandingOrders } from "@openrouter-free-pool/shared/dispatch/standing-orders";
import { createTakeJobs } from "@openrouter-free-pool/shared/dispatch/take-jobs";
import type { TakenJob } from "@openrouter-free-pool/shared/dispatch/taken-job";
import { parseApiKeys } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import { promoteAwaiting } from "@openrouter-free-pool/shared/key-pool/models/awaited-models";
import { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import type { Grant } from "@openrouter-free-pool/shared/key-pool/slots/acquisition";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import { pino } from "pino";
import { expect, test } from "vitest";
import { classifyResult } from "../../../apps/worker/src/classify/classify-result.ts";
import { createWatchModels } from "../../../apps/worker/src/models/watch-models.ts";
import { openFetching } from "../../support/dispatch/open-fetching.ts";
import { testKey } from "../../support/processes/stack.ts";

const anHourMs = 3_600_000;

type Called = Parameters<ReturnType<typeof createWatchModels>["learn"]>[2];
type Result = Called["result"];

/** A worker whose limiter calls unproven models once. */
async function openModels() {
  const dispatch = await openFetching({ concurrency: 4 });
  const { queue, redis, redisKeys, worker, workerId } = dispatch;
  const { model } = queue.request;
  const keyPool = new KeyPool({
    redis,
    redisKeys,
    limits: {
      ...{ perMinute: 100, perDay: 1_000_000, guardMs: 10 },
      ...{ windowMs: 60_000, dayMs: 86_400_000 },
    },
    keys: parseApiKeys([testKey(0)]),
    checksModels: true,
  });
  await keyPool.register();
  await redis.set(redisKeys.gatewayAlive(queue.request.gatewayId), "here");
  const subscriber = redis;
  const orders = new StandingOrders({
    ...{ worker, workerId, redis, subscriber, redisKeys },
  });
  const takeJobs = createTakeJobs({
    ...{ worker, orders, keyPool, redis, redisKeys },
  });
  const watchModels = createWatchModels({
    keyPool,
    promoteAwaiting: (each) => promoteAwaiting(dispatch, each),
    logger: pino({ level: "silent" }),
  });
  const called = (result: Partial<Result> & Pick<Result, "kind">): Called => {
    const whole = { calledModel: model, upstreamMs: 1, ...result } as Result;
    const request = { model, models: [model], path: "/chat/completions" };
    const asked = { ...request, body: "{}", checksModels: true };
    return { result: whole, classification: classifyResult(whole, asked) };
  };
  const answerWith = (status: number, text: string) =>
    called({
      kind: "answer",
      answer: { status, headers: {}, body: Buffer.from(text) },
    });
  return {
    ...dispatch,
    keyPool,
    watchModels,
    model,
    takeJobs,
    answered: answerWith(200, '{"choices":[{"message":{"content":"Hi"}}]}'),
    failed: answerWith(502, '{"error":{"code":502,"message":"Bad gateway"}}'),
    gone: answerWith(
      404,
      `{"error":{"code":404,"message":"No endpoints found for ${model}."}}`,
    ),
    brokenBy: (reason: "aborted" | "reader-stalled" | "network" | "network") =>
      called({
        kind: "broken",
        failure: { reason, message: reason, wasSent: true },
      }),
    proof: () => redis.get(redisKeys.modelProof(model)),
    delayed: () => redis.zrange(queue.keys.delayed, "0", "-1"),
    delay: ({ job }: TakenJob, models: readonly string[] = [model]) =>
      dispatch.settle(job, {
        ...{ kind: "deferred-for-proof", models, heldMs: anHourMs },
      }),
  };
}
type Models = Awaited<ReturnType<typeof openModels>>;

/** Takes a job whose call is to prove the model, and another one that has to wait for it. */
async function takeBoth(models: Models) {
  await models.queue.add(priorities.normal, "first", "waiting");
  const [first, waiting] = (await models.takeJobs(2)).jobs;
  if (!(first && waiting)) throw new Error("They were not taken");
  expect(waiting.slot?.kind).toBe("model-unproven");
  return { proving: grantOf(first), waiting };
}

function grantOf({ slot }: TakenJob): Grant {
  if (slot?.kind !== "granted") throw new Error("No slot");
  return slot;
}

test("a job that waits for the proof of its model is in line as soon as the call has ended", async () => {
  const models = await openModels();
  const { proving, waiting } = await takeBoth(models);
  await models.delay(waiting);
  expect(await models.delayed()).toEqual(["waiting"]);
  await models.watchModels.learn("first", proving, models.answered);
  expect(await models.proof()).toBe("proven");
  expect(await models.delayed()).toEqual([]);
  expect(await models.queue.inLine()).toEqual(["waiting"]);
});

test.each(["answered", "failed", "gone"] as const)(
  "a job that is delayed only after the call has %s does not wait in vain",
  async (end) => {
    const models = await openModels();
    const { proving, waiting } = await takeBoth(models);
    await models.watchModels.learn("first", proving, models[end]);
    await models.delay(waiting);
    expect(await models.delayed()).toEqual([]);
    expect(await models.queue.inLine()).toEqual(["waiting"]);
    const { redis, redisKeys, model } = models;
    expect(await redis.llen(redisKeys.modelAwaited(model))).toBe(0);
  },
);

test.each(["answered", "gone"] as const)(
  "a call that was not to prove the model, and has %s, ends the wait, too",
  async (end) => {
    const models = await openModels();
    const { proving, waiting } = await takeBoth(models);
    await models.delay(waiting);
    const other = { ...proving, proof: undefined };
    await models.watchModels.learn("other", other, models[end]);
    expect(await models.queue.inLine()).toEqual(["waiting"]);
  },
);

test.each(["plain", "streamed"] as const)(
  "a %s answer from another model of the chain proves that one, and ends the wait",
  async (form) => {
    const models = await openModels();
    const { watchModels, redis, redisKeys, model } = models;
    const { proving, waiting } = await takeBoth(models);
    await models.delay(waiting);
    const other = "test/other:free";
    if (form === "streamed") await watchModels.hear(proving, other);
    const { result, classification } = models.answered;
    await watchModels.learn("first", proving, {
      result,
      classification: { ...classification, model: other },
    });
    expect(await redis.get(redisKeys.modelProof(model))).not.toBe("proven");
    expect(await redis.get(redisKeys.modelProof(other))).toBe("proven");
    expect(await models.queue.inLine()).toEqual(["waiting"]);
  },
);

test("a call that fails leaves what another one has proven meanwhile", async () => {
  const models = await openModels();
  const { proving } = await takeBoth(models);
  const second = { ...proving, proof: "second 1" };
  await models.watchModels.learn("second", second, models.answered);
  await models.watchModels.learn("first", proving, models.failed);
  expect(await models.proof()).toBe("proven");
  await models.keyPool.release(proving);
  expect(await models.proof()).toBe("proven");
});

test.each(["aborted", "reader-stalled", "network"] as const)(
  "streams that end by no fault of the model (%s) leave the proof, and no model cools down",
  async (reason) => {
    const models = await openModels();
    const { proving } = await takeBoth(models);
    await models.watchModels.hear(proving);
    for (let stopped = 0; stopped < 6; stopped += 1) {
      const { watchModels, brokenBy } = models;
      await watchModels.learn(`${stopped}`, proving, brokenBy(reason));
    }
    expect(await models.proof()).toBe("proven");
    const { redis, redisKeys, model } = models;
    expect(await redis.exists(redisKeys.modelCooldown(model))).toBe(0);
  },
);

test("the end of a call puts no job in line that was called since, and is delayed because that failed", async () => {
  const models = await openModels();
  const { proving, waiting } = await takeBoth(models);
  await models.delay(waiting);
  // Its hold ends, and it goes out by itself.
  const { redis, redisKeys, queue, model } = models;
  await redis.zadd(queue.keys.delayed, 0, "waiting");
  await redis.set(redisKeys.modelProof(model), "second 1");
  const [again] = (await models.takeJobs(1)).jobs;
  if (!again) throw new Error("It was not taken");
  grantOf(again);
  const progress = { calls: 1, failures: 1 };
  await models.settle(again.job, {
    ...{ kind: "retried", progress, statedMs: anHourMs },
  });
  await models.watchModels.learn("first", proving, models.failed);
  expect(await models.delayed()).toEqual(["waiting"]);
});

test("a job that waits for two models is in line as soon as a call has told of one of them", async () => {
  const models = await openModels();
  const { queue, redis, redisKeys, model, takeJobs } = models;
  const other = "test/other:free";
  const { proving } = await takeBoth(models);
  const stored = await redis.get(redisKeys.modelProof(model));
  await redis.set(redisKeys.modelProof(other), String(stored));
  await queue.addWith({ candidates: [model, other] }, "either");
  const [either] = (await takeJobs(1)).jobs;
  if (!either) throw new Error("It was not taken");
  expect(either.slot).toMatchObject({
    ...{ kind: "model-unproven", models: [model, other] },
  });
  await models.delay(either, [model, other]);
  const second = { ...proving, model: other };
  await models.watchModels.learn("second", second, models.answered);
  expect(await queue.inLine()).toEqual(["either"]);
});
