import type { RateLimits } from "../../config/rate-limits.ts";
import { lineKeys } from "../../queue/bullmq/queue-keys.ts";
import { loadScript, runScript } from "../../redis/script.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { PoolMembers } from "../keys/pool-members.ts";
import { accountTtlMs, poolTtlMs } from "../store/lifetimes.ts";
import type { PoolStore } from "../store/pool-store.ts";

const acquire = loadScript(new URL("./acquire.lua", import.meta.url));

/** Whom a slot is for. */
export type SlotRequest = {
  readonly jobId: string;
  readonly gatewayId: string;
  /** Models that may answer, best one first; at least one. */
  readonly models: readonly string[];
  /** Those of them that are paid for: a call of such a model takes no slot. */
  readonly paidModels?: ReadonlySet<string>;
  /** When the client stops waiting, ms since the epoch of Redis's clock; never when absent. */
  readonly deadline?: number;
  /** Accounts that refuse the request, and are passed over. */
  readonly refusing?: ReadonlySet<string>;
};

/** What `release-slot.lua` must know of a grant; as the script wrote it. */
type Receipt = {
  readonly entry: string;
  readonly day: string;
  readonly grantedAt: string;
  readonly lastUsedAt: string;
};

/** A slot that was taken: one call may be sent with this key. */
export type Grant = {
  readonly kind: "granted";
  readonly key: ApiKey;
  /** The call must be sent before this, in ms of `performance.now()`. */
  readonly usableUntil: number;
  /** undefined when the call is paid for and took no slot. */
  readonly receipt: Receipt | undefined;
  /** The model that is to be called. */
  readonly model: string;
  /** Whether the call is to prove that the model is there: others wait for what comes of it. */
  readonly provesModel: boolean;
  /** When another slot is free: 0 now, -1 not by itself. */
  readonly nextSlotMs: number;
  /** Accounts that have a free slot now. */
  readonly freeAccounts: number;
  /** Jobs that wait for one. */
  readonly waiting: number;
  /** Whether no other job is in the queue. */
  readonly isLastInLine: boolean;
};

/** What the limiter says. Times in ms from now. */
export type Acquisition =
  | Grant
  | {
      readonly kind: "busy";
      readonly retryAfterMs: number;
      /** Whether the request's deadline comes before the next slot. */
      readonly isPastDeadline: boolean;
    }
  /** The deadline has passed. */
  | { readonly kind: "waited-out" }
  /** Every model that is not gone cools down. */
  | { readonly kind: "model-cooling"; readonly retryAfterMs: number }
  /** Another call of the model is out that is to prove that it is there. */
  | {
      readonly kind: "model-unproven";
      readonly model: string;
      readonly retryAfterMs: number;
    }
  /** Every model is gone. */
  | { readonly kind: "model-gone" }
  /** The gateway that waits for the job has lost its connection, and perhaps its life. */
  | { readonly kind: "gateway-away"; readonly retryAfterMs: number }
  /** The client has gone. */
  | { readonly kind: "cancelled" }
  /** The gateway that waits for the job has gone. */
  | { readonly kind: "orphaned" }
  /** Only accounts that refuse the request are left. */
  | { readonly kind: "no-other-account" }
  | { readonly kind: "no-usable-key" };

/**
 * Asks for one slot, for a call that is sent within `usableMs`.
 *
 * @returns undefined when Redis does not know the pool (any more).
 */
export async function acquireSlot(
  { redis, redisKeys }: PoolStore,
  limits: RateLimits,
  members: PoolMembers,
  request: SlotRequest & {
    readonly usableMs: number;
    /** Whether gone models are passed over, and unproven ones called once before many times. */
    readonly checksModels: boolean;
  },
): Promise<Acquisition | undefined> {
  const { models, paidModels } = request;
  const { perMinute, perDay, windowMs, dayMs, guardMs } = limits;
  const { id } = members;
  // The script sees the request later than this.
  const usableUntil = performance.now() + request.usableMs;
  const reply = await runScript(
    redis,
    acquire,
    [
      redisKeys.poolIdle(id),
      redisKeys.poolBusy(id),
      redisKeys.poolRotation(id),
      redisKeys.poolMembers(id),
      redisKeys.gatewayAlive(request.gatewayId),
      redisKeys.cancelled(request.jobId),
      ...lineKeys(redisKeys),
      ...models.flatMap((model) => [
        redisKeys.modelCooldown(model),
        redisKeys.modelGone(model),
        redisKeys.modelProof(model),
      ]),
    ],
    [
      redisKeys.accountPrefix,
      perMinute,
      perDay,
      windowMs,
      dayMs,
      guardMs,
      redisKeys.gatewayPresence(request.gatewayId),
      poolTtlMs,
      accountTtlMs,
      request.usableMs,
      request.deadline ?? "",
      models.map((model) => (paidModels?.has(model) ? "p" : "f")).join(""),
      request.checksModels ? 1 : 0,
      ...(request.refusing ?? []),
    ],
  );
  const said = reply as readonly unknown[];
  return readAcquisition(members, said, { models, usableUntil });
}

/**
 * Reads what `acquire.lua` said.
 *
 * @throws {Error} when it granted a key that the pool does not have.
 */
function readAcquisition(
  { keysById }: PoolMembers,
  reply: readonly unknown[],
  { models, usableUntil }: { models: readonly string[]; usableUntil: number },
): Acquisition | undefined {
  const [kind, first, second, nextSlotMs, ...queue] = reply;
  const [freeAccounts, waiting, isLastInLine, receipt, ...choice] = queue;
  const [chosen, provesModel] = choice;
  switch (kind) {
    case "granted": {
      const key = keysById.get(String(second));
      // It may have turned out to be a part of another account.
      const account = String(first);
      if (!key)
        throw new Error(`Redis granted a key that is not ours: ${second}`);
      return {
        kind,
        key: { ...key, account },
        usableUntil,
        receipt: receipt === "" ? undefined : readReceipt(receipt),
        model: models[Number(chosen) - 1] ?? "",
        provesModel: provesModel === 1,
        nextSlotMs: Number(nextSlotMs),
        freeAccounts: Number(freeAccounts),
        waiting: Number(waiting),
        isLastInLine: isLastInLine === 1,
      };
    }
    case "busy":
      return {
        kind,
        retryAfterMs: Number(first),
        isPastDeadline: second === 1,
      };
    case "model-unproven":
      return {
        kind,
        model: models[Number(second) - 1] ?? "",
        retryAfterMs: Number(first),
      };
    case "model-cooling":
    case "gateway-away":
      return { kind, retryAfterMs: Number(first) };
    case "waited-out":
    case "model-gone":
    case "cancelled":
    case "orphaned":
    case "no-other-account":
    case "no-usable-key":
      return { kind };
    case "unregistered":
      return undefined;
    default:
      throw new Error(`acquire.lua answered ${String(kind)}`);
  }
}

function readReceipt(text: unknown): Receipt {
  const [entry = "", day = "", grantedAt = "", lastUsedAt = ""] =
    String(text).split(",");
  return { entry, day, grantedAt, lastUsedAt };
}
