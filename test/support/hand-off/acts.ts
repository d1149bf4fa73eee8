import { setTimeout as sleep } from "node:timers/promises";
import type { TakenJob } from "@openrouter-free-pool/shared/dispatch/taken-job";
import {
  delayJob,
  returnJob,
} from "@openrouter-free-pool/shared/queue/held-job";
import { dropJob } from "../dispatch/drop-job.ts";
import { createCalls } from "./calls.ts";
import { type Fleet, models } from "./fleet.ts";
import type { Asked, Ledger } from "./ledger.ts";
import { createLosses } from "./losses.ts";
import { createRefusals } from "./refusals.ts";

/** More lapses, and BullMQ lets a job fail. */
export const mostLapses = 4;

/** What workers do to jobs and slots, and what is checked of each of it. */
export type Acts = ReturnType<typeof createActs>;

/** Builds the acts of one fleet. */
export function createActs(ledger: Ledger, fleet: Fleet) {
  const calls = createCalls(ledger, fleet);
  const { workerAt, handsOf, unsent, sent, timed } = calls;
  const { sendOrRelease, putBack, endJob } = calls;
  const { lose, ...losses } = createLosses(ledger, fleet, calls);
  const { parkKey, coolModel, isBarred } = createRefusals(ledger, fleet);

  /** What a worker does with a job that it was given. */
  async function receive(
    index: number,
    { job, slot }: TakenJob,
    asked: Asked,
  ): Promise<void> {
    const jobId = String(job.id);
    ledger.take(index, job);
    const { isAnswered, lapses } = ledger.stateOf(jobId);
    switch (slot?.kind) {
      case "granted":
        if (isAnswered) throw new Error(`${jobId} was answered`);
        ledger.checkGrant(slot, asked);
        handsOf(index).set(jobId, { job, grant: slot, isSent: false });
        return;
      case "cancelled":
        if (!isAnswered) throw new Error(`${jobId} waits`);
        await dropJob(fleet, job);
        return ledger.leave(jobId, "done");
      case "model-cooling":
        await delayJob(job, 10);
        return ledger.leave(jobId, "waiting");
      case "no-usable-key":
        if (ledger.retired.size === 0) throw new Error("All keys are in use");
        await returnJob(job);
        return ledger.leave(jobId, "waiting");
      case undefined:
        // It is given up.
        if (!isAnswered && lapses <= mostLapses) {
          throw new Error(`${jobId} was given up after ${lapses} lapses`);
        }
        await dropJob(fleet, job);
        return ledger.leave(jobId, "done");
      default:
        throw new Error(`${jobId} was taken as ${JSON.stringify(slot)}`);
    }
  }

  async function take(
    index: number,
    most: number,
    mostByOrder = 0,
  ): Promise<void> {
    const [{ jobs }, asked] = await timed(() =>
      workerAt(index).takeJobs(most, { mostByOrder }),
    );
    for (const taken of jobs) await receive(index, taken, asked);
  }

  /** What came by standing orders, for each worker. */
  async function takeDeliveries(): Promise<[number, TakenJob][]> {
    await fleet.delivered();
    return fleet.workers.flatMap(({ deliveries }, index) =>
      deliveries
        .splice(0)
        .flatMap(({ jobs }) =>
          jobs.map((each): [number, TakenJob] => [index, each]),
        ),
    );
  }

  return {
    take,

    /** Jobs are put in line. Workers that have left an order get them at once, unless the message is lost. */
    async add(
      jobs: Parameters<Fleet["add"]>[0],
      isLost: boolean,
    ): Promise<void> {
      for (const { jobId } of jobs) {
        const state = {
          state: "waiting",
          isAnswered: false,
          lapses: 0,
        } as const;
        ledger.jobs.set(jobId, { ...state });
      }
      const [, asked] = await timed(() => fleet.add(jobs));
      for (const [index, taken] of await takeDeliveries()) {
        ledger.deliveries += 1;
        if (isLost) lose(index, taken);
        else await receive(index, taken, asked);
      }
    },

    /** Several workers take jobs at the same moment. */
    async takeTogether(most: number): Promise<void> {
      const takings = await Promise.all(
        fleet.workers.map((worker) => timed(() => worker.takeJobs(most))),
      );
      for (const [index, [{ jobs }, asked]] of takings.entries()) {
        for (const taken of jobs) await receive(index, taken, asked);
      }
    },

    /** All jobs of a worker that wait for their call are called; those whose grants came late go back. */
    async send(index: number): Promise<void> {
      for (const [jobId, hand] of unsent(index)) {
        if (!(await sendOrRelease(index, hand))) await putBack(index, jobId);
      }
    },

    async finish(index: number): Promise<void> {
      for (const [jobId, hand] of sent(index)) {
        if (!(await endJob(index, hand))) {
          throw new Error(`${jobId} was not its worker's any more`);
        }
        handsOf(index).delete(jobId);
        ledger.leave(jobId, "done");
      }
    },

    /** A call was surely not sent: its slot can be used again at once. */
    async giveBack(index: number): Promise<void> {
      const [first] = unsent(index);
      if (!first?.[1].grant) return;
      const [jobId, { grant }] = first;
      const { account } = grant.key;
      const { pool } = workerAt(index);
      await pool.release(grant);
      // Its place in the window may be taken by now.
      if (performance.now() > grant.usableUntil) return putBack(index, jobId);
      const refusing = new Set(
        pool.keys.map((key) => key.account).filter((each) => each !== account),
      );
      const [slot, asked] = await timed(() =>
        pool.acquire({
          jobId,
          gatewayId: "gateway",
          models: [grant.model],
          refusing,
        }),
      );
      if (slot.kind === "granted") {
        ledger.checkGrant(slot, asked);
        await pool.release(slot);
      } else if (
        slot.kind === "cancelled" &&
        ledger.stateOf(jobId).isAnswered
      ) {
        // Its former holder has answered it meanwhile.
      } else if (isBarred(account, grant.model, asked)) {
        // It may not be called for another reason.
      } else if (!(slot.kind === "busy" && slot.retryAfterMs === 1_000)) {
        const { accountPrefix } = fleet.redisKeys;
        const [calls, state] = await Promise.all([
          fleet.redis.lrange(`${accountPrefix}${account}:minute`, 0, -1),
          fleet.redis.hgetall(`${accountPrefix}${account}`),
        ]);
        throw new Error(
          `A slot of ${account} was given back, and then: ${JSON.stringify({ slot, at: Date.now(), calls, state })}`,
        );
      }
      await putBack(index, jobId);
    },

    /** The account refuses a call: it is parked, and the job takes another key at once. */
    async another(index: number, parkMs: number): Promise<void> {
      const [first] = sent(index);
      if (!first?.[1].grant) return;
      const [jobId, hand] = first;
      const { pool } = workerAt(index);
      await parkKey(pool, hand.grant?.key, parkMs);
      const [slot, asked] = await timed(() =>
        pool.acquire({
          jobId,
          gatewayId: "gateway",
          models,
        }),
      );
      hand.isSent = false;
      hand.grant = undefined;
      if (slot.kind !== "granted") return putBack(index, jobId);
      ledger.checkGrant(slot, asked);
      hand.grant = slot;
    },

    /** The model refuses a call: it cools down, and the job is delayed. */
    async defer(index: number, coolMs: number): Promise<void> {
      const [first] = sent(index);
      if (!first?.[1].grant) return;
      const [jobId, { job, grant }] = first;
      await coolModel(workerAt(index).pool, grant.model, coolMs);
      await delayJob(job, coolMs);
      handsOf(index).delete(jobId);
      ledger.leave(jobId, "waiting");
    },

    async park(index: number, key: number, parkMs: number): Promise<void> {
      const { pool } = workerAt(index);
      await parkKey(pool, pool.keys[key % pool.keys.length], parkMs);
    },

    async retire(index: number, which: number): Promise<void> {
      const { pool } = workerAt(index);
      const key = pool.keys[which % pool.keys.length];
      if (!key) return;
      await pool.retireKey(key, { reason: "invalid" });
      ledger.retired.set(key.id, performance.now());
    },

    async restore(index: number): Promise<void> {
      const { pool } = workerAt(index);
      for (const [id] of ledger.retired) {
        ledger.retired.delete(id);
        const key = pool.findKey(id);
        if (key) await pool.restoreKey(key);
      }
    },

    ...losses,

    pass: (ms: number): Promise<void> => sleep(ms),
  };
}
