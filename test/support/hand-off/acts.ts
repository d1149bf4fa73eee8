import { setTimeout as sleep } from "node:timers/promises";
import type { TakenJob } from "@openrouter-free-pool/shared/dispatch/take-jobs";
import {
  delayJob,
  dropJob,
  returnJob,
} from "@openrouter-free-pool/shared/queue/held-job";
import { type Fleet, type FleetWorker, limits } from "./fleet.ts";
import type { Asked, Hand, Ledger } from "./ledger.ts";

/** More lapses, and BullMQ lets a job fail. */
export const mostLapses = 4;

/** What workers do to jobs and slots, and what is checked of each of it. */
export type Acts = ReturnType<typeof createActs>;

/** Builds the acts of one fleet. */
export function createActs(ledger: Ledger, fleet: Fleet) {
  const workerAt = (index: number): FleetWorker => {
    const worker = fleet.workers[index];
    if (!worker) throw new Error(`No worker ${index}`);
    return worker;
  };
  const handsOf = (index: number, whose = ledger.hands): Map<string, Hand> =>
    whose[index] ?? new Map();
  const unsent = (index: number) =>
    [...handsOf(index)].filter(([, { grant, isSent }]) => grant && !isSent);
  const sent = (index: number) =>
    [...handsOf(index)].filter(([, { isSent }]) => isSent);

  async function timed<T>(ask: () => Promise<T>): Promise<[T, Asked]> {
    const askedAt = performance.now();
    const answer = await ask();
    return [answer, { askedAt, answeredAt: performance.now() }];
  }

  /** What a worker does with a job that it was given. */
  async function receive(
    index: number,
    { job, slot }: TakenJob,
    asked: Asked,
  ): Promise<void> {
    const jobId = String(job.id);
    ledger.take(index, jobId);
    const { isAnswered, lapses } = ledger.stateOf(jobId);
    switch (slot?.kind) {
      case "granted":
        if (isAnswered) throw new Error(`${jobId} was answered`);
        ledger.checkGrant(slot, asked);
        handsOf(index).set(jobId, { job, grant: slot, isSent: false });
        return;
      case "cancelled":
        if (!isAnswered) throw new Error(`${jobId} waits`);
        await dropJob(job);
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
        await dropJob(job);
        return ledger.leave(jobId, "done");
      default:
        throw new Error(`${jobId} was taken as ${JSON.stringify(slot)}`);
    }
  }

  async function take(index: number, most: number): Promise<void> {
    const [{ jobs }, asked] = await timed(() => workerAt(index).takeJobs(most));
    for (const taken of jobs) await receive(index, taken, asked);
  }

  /** Sends a call, unless its grant has become too old. @returns whether it was sent. */
  async function sendOrRelease(index: number, hand: Hand): Promise<boolean> {
    const { grant } = hand;
    if (!grant) return false;
    const at = performance.now();
    if (await workerAt(index).pool.releaseIfLate(grant)) {
      ledger.lateGrants += 1;
      hand.grant = undefined;
      return false;
    }
    ledger.recordCall(grant, at);
    hand.isSent = true;
    return true;
  }

  async function putBack(index: number, jobId: string): Promise<void> {
    const hand = handsOf(index).get(jobId);
    if (!hand) return;
    await returnJob(hand.job);
    handsOf(index).delete(jobId);
    ledger.leave(jobId, "waiting");
  }

  async function finish(index: number, hand: Hand): Promise<boolean> {
    const { job } = hand;
    return workerAt(index).finishJob({ job, ending: { status: 200 } });
  }

  return {
    take,
    unsent,
    sent,
    handsOf,

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
        if (!(await finish(index, hand))) {
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
      const models = [grant.model];
      const [slot, asked] = await timed(() =>
        pool.acquire({ jobId, gatewayId: "gateway", models, refusing }),
      );
      if (slot.kind === "granted") {
        ledger.checkGrant(slot, asked);
        await pool.release(slot);
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
          models: ["m/a:free", "m/b:free"],
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

    /** The worker dies with all that it holds; another one takes its place. */
    crash(index: number): void {
      for (const hands of [handsOf(index), handsOf(index, ledger.unheard)]) {
        for (const jobId of hands.keys()) {
          const { holder } = ledger.stateOf(jobId);
          if (holder) holder.isAlive = false;
          ledger.abandoned.add(jobId);
        }
        hands.clear();
      }
    },

    /** The worker stands still for longer than its locks last. */
    freeze(index: number): void {
      for (const [jobId, hand] of handsOf(index)) {
        const { holder } = ledger.stateOf(jobId);
        if (holder) holder.isAlive = false;
        handsOf(index, ledger.frozen).set(jobId, hand);
        ledger.abandoned.add(jobId);
      }
      handsOf(index).clear();
    },

    /** The locks of jobs that nobody works on end, and they come back into line. */
    async lapse(): Promise<void> {
      const jobIds = [...ledger.abandoned];
      await fleet.lapse(jobIds);
      ledger.abandoned.clear();
      for (const jobId of jobIds) {
        const job = ledger.stateOf(jobId);
        job.lapses += 1;
        delete job.holder;
        if (job.state === "held") job.state = "waiting";
      }
    },

    /** A worker that stood still goes on as if nothing had happened. Its calls are sent or given back, its answers handed in. */
    async thaw(index: number): Promise<void> {
      for (const [jobId, hand] of handsOf(index, ledger.frozen)) {
        handsOf(index, ledger.frozen).delete(jobId);
        if (!hand.isSent) await sendOrRelease(index, hand);
        // Without a call it would go back to the queue: not its own any more, it is left to its next holder.
        if (!hand.isSent) continue;
        const job = ledger.stateOf(jobId);
        const wasOurs = await finish(index, hand);
        const isStillOurs = ledger.abandoned.has(jobId);
        if (wasOurs !== isStillOurs) {
          throw new Error(`${jobId}: ended as if it was ours: ${wasOurs}`);
        }
        if (wasOurs) {
          ledger.abandoned.delete(jobId);
          ledger.leave(jobId, "done");
        } else {
          job.isAnswered = true;
        }
      }
    },

    /** Redis hands out jobs, and its reply never arrives. */
    async loseReply(index: number, most: number): Promise<void> {
      const { jobs } = await workerAt(index).takeJobs(most);
      for (const { job, slot } of jobs) {
        const jobId = String(job.id);
        ledger.take(index, jobId);
        const grant = slot?.kind === "granted" ? slot : undefined;
        const hand = { job, grant, isSent: false };
        handsOf(index, ledger.unheard).set(jobId, hand);
      }
    },

    /** The connection is back: lost jobs are found under the worker's own locks, and their slots given back. */
    async recover(index: number): Promise<void> {
      const unheard = handsOf(index, ledger.unheard);
      const { pool, findLostJobs } = workerAt(index);
      const found = await findLostJobs((jobId) => !unheard.has(jobId));
      const expected = [...unheard.keys()].sort().join();
      const ids = found.map(({ job }) => String(job.id)).sort();
      if (ids.join() !== expected) {
        throw new Error(`Found ${ids.join()}, lost were ${expected}`);
      }
      for (const { job, slot } of found) {
        const jobId = String(job.id);
        const hadGrant = unheard.get(jobId)?.grant !== undefined;
        const isGiven = slot?.kind === "granted";
        if (hadGrant !== isGiven) throw new Error(`${jobId}: lost its grant`);
        if (isGiven && !(await pool.releaseIfLate(slot))) {
          throw new Error(`${jobId}: its grant is not late`);
        }
        unheard.delete(jobId);
        await returnJob(job);
        ledger.leave(jobId, "waiting");
      }
    },

    pass: (ms: number): Promise<void> => sleep(ms),
  };

  async function parkKey(
    pool: FleetWorker["pool"],
    key: FleetWorker["pool"]["keys"][number] | undefined,
    durationMs: number,
  ): Promise<void> {
    if (!key) return;
    const parking = { durationMs, reason: "minute", limit: undefined } as const;
    const askedAt = performance.now();
    const parkedMs = await pool.parkAccount(key, parking);
    ledger.parked.set(key.account, {
      from: performance.now(),
      until: askedAt + parkedMs - 1,
    });
  }

  async function coolModel(
    pool: FleetWorker["pool"],
    model: string,
    coolMs: number,
  ): Promise<void> {
    const { redis, redisKeys } = fleet;
    await pool.coolModel(model, undefined);
    const askedAt = performance.now();
    // Its steps are seconds.
    await redis.pexpire(redisKeys.modelCooldown(model), coolMs);
    ledger.cooling.set(model, {
      from: performance.now(),
      until: askedAt + coolMs - 1,
    });
  }

  /** Whether an account, or a model, may not be called at some time between two moments, or right after. */
  function isBarred(account: string, model: string, asked: Asked): boolean {
    const slackMs = 30;
    const isOver = (period: { until: number } | undefined) =>
      !period || period.until + slackMs < asked.askedAt;
    return (
      !isOver(ledger.parked.get(account)) ||
      !isOver(ledger.cooling.get(model)) ||
      ledger.retired.size > 0 ||
      isNearMidnight(asked)
    );
  }

  function isNearMidnight({ askedAt, answeredAt }: Asked): boolean {
    const { dayMs } = limits;
    const marginMs = 400;
    const first = performance.timeOrigin + askedAt - marginMs;
    const last = performance.timeOrigin + answeredAt + marginMs;
    return Math.floor(first / dayMs) !== Math.floor(last / dayMs);
  }
}
