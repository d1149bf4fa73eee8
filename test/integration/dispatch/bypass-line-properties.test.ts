import { addToQueue } from "@openrouter-free-pool/shared/dispatch/add-to-queue";
import type { TakenJob } from "@openrouter-free-pool/shared/dispatch/taken-job";
import type { CompletionJob } from "@openrouter-free-pool/shared/queue/completion-job";
import { priorities } from "@openrouter-free-pool/shared/queue/priorities";
import {
  forgetJob,
  removeJob,
} from "@openrouter-free-pool/shared/queue/remove-jobs";
import { createFinishJob } from "@openrouter-free-pool/shared/replies/finish-jobs";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  openWorkers,
  throughTheLine,
} from "../../support/dispatch/open-workers.ts";
import { readPoolState } from "../../support/dispatch/read-pool-state.ts";

/** A queue and its only worker, where lone jobs bypass the line or not. */
async function openSide(perMinute: number, bypasses: boolean) {
  const { queue, openWorker } = await openWorkers({ perMinute });
  const { leaveOrder, arrived } = await openWorker();
  const { redis, redisKeys } = queue;
  return {
    ...{ queue, redis, redisKeys, arrived },
    finish: createFinishJob(redis, redisKeys),
    renew: () => leaveOrder(100, bypasses ? {} : throughTheLine),
    inHand: new Map<string, CompletionJob>(),
    log: [] as unknown[],
  };
}

type Side = Awaited<ReturnType<typeof openSide>>;
type Step = (side: Side) => Promise<unknown>;

function hold(side: Side, jobs: readonly TakenJob[]): void {
  for (const { job, slot } of jobs) {
    side.inHand.set(String(job.id), job);
    side.log.push([job.id, slot?.kind, job.attemptsStarted]);
  }
}

const nth = <Item>(items: readonly Item[], n: number): Item | undefined =>
  items[n % Math.max(1, items.length)];
const aClient = fc.constantFrom("x", "y");
const aModel = fc.constantFrom("test/model:free", "another/one:free");

let added = 0;
const adding = fc
  .record({
    client: fc.option(aClient, { nil: undefined }),
    model: aModel,
    priority: fc.constantFrom(...Object.values(priorities)),
    weight: fc.constantFrom(1, 5),
    counting: fc.constantFrom(undefined, "bounded" as const),
    body: fc.constantFrom("{}", "y".repeat(70_000)),
    waitsMs: fc.constantFrom(3_600_000, 3_600_000, 3_600_000, -1_000),
    isCalledOff: fc.constantFrom(false, false, false, true),
  })
  .map((job): Step => {
    const jobId = `job-${added++}`;
    const { client, model, body, waitsMs, isCalledOff, ...rest } = job;
    return async (side) => {
      const { queue, redis, redisKeys } = side;
      if (isCalledOff) await redis.set(redisKeys.cancelled(jobId), "1");
      const given = { ...queue.request, model, body };
      const request = {
        ...(client === undefined ? given : { ...given, client }),
        deadline: queue.clock.now() + waitsMs,
      };
      const toAdd = { ...rest, jobId, request, timestamp: 1_700_000_000_000 };
      side.log.push(await addToQueue(redis, redisKeys, [toAdd]));
      hold(side, await side.arrived());
    };
  });

const limiting = fc
  .tuple(
    aClient,
    fc.constantFrom(
      { weight: 5 },
      { perDay: 2 },
      { perMinute: 2 },
      { maxInFlight: 1 },
      { maxQueued: 1 },
    ),
  )
  .map(([client, limits]): Step => {
    const record = JSON.stringify({ weight: 1, ...limits });
    return ({ redis, redisKeys }) =>
      redis.hset(redisKeys.clients, client, record);
  });

const cooling = fc.tuple(aModel, fc.boolean()).map(
  ([model, cools]): Step =>
    ({ redis, redisKeys }) =>
      cools
        ? redis.set(redisKeys.modelCooldown(model), "1", "PX", 3_600_000)
        : redis.del(redisKeys.modelCooldown(model)),
);

const pausing = fc.boolean().map(
  (pauses): Step =>
    ({ queue: { queue } }) =>
      pauses ? queue.pause() : queue.resume(),
);

const finishing = fc.nat(20).map(
  (n): Step =>
    async (side) => {
      const job = nth([...side.inHand.values()], n);
      if (!job) return;
      side.inHand.delete(String(job.id));
      side.log.push(await side.finish({ job, ending: { status: 200 } }));
    },
);

const callingOff = fc.nat(20).map(
  (n): Step =>
    async (side) => {
      const { queue, redis, redisKeys } = side;
      const jobId = nth(await queue.inLine(), n);
      if (jobId === undefined) return;
      const job = await queue.queue.getJob(jobId);
      await removeJob(queue.queue, jobId);
      await forgetJob(redis, redisKeys, { jobId, client: job?.data.client });
    },
);

const renewing = fc.constant<Step>(async (side) => {
  const { jobs, renewMs, waiting } = await side.renew();
  hold(side, jobs);
  side.log.push([waiting, renewMs !== undefined]);
});

const history = fc.record({
  perMinute: fc.constantFrom(3, 100),
  steps: fc.array(
    fc.oneof(
      { weight: 10, arbitrary: adding },
      { weight: 3, arbitrary: finishing },
      { weight: 2, arbitrary: limiting },
      { weight: 2, arbitrary: renewing },
      { weight: 1, arbitrary: cooling },
      { weight: 1, arbitrary: pausing },
      { weight: 1, arbitrary: callingOff },
    ),
    { minLength: 20, maxLength: 30 },
  ),
});

test("in random histories lone jobs that bypass the line leave behind what those leave that are put in line and taken", async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ perMinute, steps }) => {
      const [one, other] = await Promise.all([
        openSide(perMinute, true),
        openSide(perMinute, false),
      ]);
      const sides = [one, other];
      await Promise.all(sides.map(({ renew }) => renew()));
      for (const step of steps) {
        await Promise.all(sides.map(step));
        expect(one.log).toEqual(other.log);
        expect(await readPoolState(one.queue)).toEqual(
          await readPoolState(other.queue),
        );
      }
    }),
    { numRuns: 4, endOnFailure: true },
  );
});
