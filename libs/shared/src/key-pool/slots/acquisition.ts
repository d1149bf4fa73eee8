import { queueKeys } from "../../queue/bullmq/queue-keys.ts";
import { toDecisionRequest } from "../../queue/decision-request.ts";
import { lockMs } from "../../queue/job-locks.ts";
import { loadScript, runScript } from "../../redis/script.ts";
import type { ApiKey } from "../keys/api-key.ts";
import type { PoolStore } from "../store/pool-store.ts";
import type { LimiterCall } from "./limiter-call.ts";

const acquire = loadScript(new URL("./acquire.lua", import.meta.url));

/** A request for a slot. */
export type SlotRequest = {
  readonly jobId: string;
  /** Of the lock under which the asker holds the job, which is renewed if it has lapsed unnoticed; absent: it is not checked. */
  readonly token?: string | undefined;
  readonly gatewayId: string;
  /** The client whose budget the call uses; absent without client keys. */
  readonly client?: string | undefined;
  /** Models that may answer, best one first; at least one. */
  readonly models: readonly string[];
  /** The models that are paid for: a call of such a model takes no slot. */
  readonly paidModels?: ReadonlySet<string>;
  /** When the client stops waiting, ms since the epoch of Redis's clock; never when absent. */
  readonly deadline?: number;
  /** Accounts that refuse the request, and are skipped. */
  readonly refusing?: ReadonlySet<string>;
};

/** What `release-slot.lua` needs of a grant, as the script wrote it. */
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
  /** The same for the client's budget; empty without a client. */
  readonly clientReceipt: string;
  /** The model that is to be called. */
  readonly model: string;
  /** What is stored of the call when it is to prove the model, and others wait for its result. */
  readonly proof: string | undefined;
};

/** The limiter's decision. Times in ms from now. */
export type Acquisition =
  | Grant
  | {
      readonly kind: "busy";
      readonly retryAfterMs: number;
      /** Whether the request's deadline comes before the next slot. */
      readonly isPastDeadline: boolean;
    }
  /** Its client has used up its budget for now; it goes back in line and waits there. */
  | { readonly kind: "client-over" }
  /** The deadline has passed. */
  | { readonly kind: "waited-out" }
  /** Every model that is not gone cools down. */
  | { readonly kind: "model-cooling"; readonly retryAfterMs: number }
  /** For each of these models another call is under way that is to prove it. */
  | {
      readonly kind: "model-unproven";
      readonly models: readonly string[];
      readonly retryAfterMs: number;
    }
  /** Every model is gone. */
  | { readonly kind: "model-gone" }
  /** The gateway that waits for the job has lost its connection, or was killed. */
  | { readonly kind: "gateway-away"; readonly retryAfterMs: number }
  /** The lock has lapsed, and the job is another worker's or back in line. */
  | { readonly kind: "not-held" }
  /** The client has gone. */
  | { readonly kind: "cancelled" }
  /** The gateway that waits for the job has gone. */
  | { readonly kind: "orphaned" }
  /** All remaining accounts refuse the request. */
  | { readonly kind: "no-other-account" }
  | { readonly kind: "no-usable-key" };

/**
 * Asks for one slot.
 *
 * @returns undefined when Redis does not know the pool (any more).
 */
export async function acquireSlot(
  { redis, redisKeys }: PoolStore,
  call: LimiterCall,
  request: SlotRequest,
): Promise<Acquisition | undefined> {
  const { client } = request;
  const share = client === undefined ? undefined : { client };
  const decisionRequest = JSON.stringify(
    toDecisionRequest({ ...request, share }),
  );
  const { jobId, token = "" } = request;
  const keys = [...call.keys, queueKeys(redisKeys).active];
  const args = [...call.args, jobId, decisionRequest, token, lockMs];
  const reply = await runScript(redis, acquire, keys, args);
  return readAcquisition(call, request.models, reply as readonly unknown[]);
}

/**
 * Reads the decision of `decide.lua` on a request for some models.
 *
 * @returns undefined when Redis does not know the pool (any more).
 * @throws {Error} when it granted a key that the pool does not have.
 */
export function readAcquisition(
  {
    members: { keysById },
    usableUntil,
  }: Pick<LimiterCall, "members" | "usableUntil">,
  models: readonly string[],
  reply: readonly unknown[],
): Acquisition | undefined {
  const [kind, first, second, receipt, chosen, proof, ofClient] = reply;
  switch (kind) {
    case "granted": {
      const key = keysById.get(String(second));
      // The key may have moved to another account since.
      const account = String(first);
      if (!key)
        throw new Error(`Redis granted a key that is not ours: ${second}`);
      return {
        kind,
        key: { ...key, account },
        usableUntil,
        receipt: receipt === "" ? undefined : readReceipt(receipt),
        model: models[Number(chosen) - 1] ?? "",
        // Of a lost worker of an earlier version it is a number.
        proof: typeof proof === "string" && proof !== "" ? proof : undefined,
        clientReceipt: String(ofClient ?? ""),
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
        models: reply.slice(2).map((held) => models[Number(held) - 1] ?? ""),
        retryAfterMs: Number(first),
      };
    case "model-cooling":
    case "gateway-away":
      return { kind, retryAfterMs: Number(first) };
    case "client-over":
    case "waited-out":
    case "model-gone":
    case "not-held":
    case "cancelled":
    case "orphaned":
    case "no-other-account":
    case "no-usable-key":
      return { kind };
    case "unregistered":
      return undefined;
    default:
      throw new Error(`The limiter answered ${String(kind)}`);
  }
}

function readReceipt(text: unknown): Receipt {
  const [entry = "", day = "", grantedAt = "", lastUsedAt = ""] =
    String(text).split(",");
  return { entry, day, grantedAt, lastUsedAt };
}
