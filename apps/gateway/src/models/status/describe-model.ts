import type { ModelStatus } from "@openrouter-free-pool/shared/api/models-status";
import type { GoneModel } from "@openrouter-free-pool/shared/key-pool/models/gone-models";
import { foldCounts } from "@openrouter-free-pool/shared/models/fold-counts";
import type { ModelRecord } from "@openrouter-free-pool/shared/models/model-records";
import { toSeconds } from "../../errors/gateway-error.ts";
import { isFree, isFreeId, type Model } from "../catalogue/models-list.ts";

/** What is known of one model. Times in ms since the epoch of Redis's clock. */
type KnownModel = {
  readonly id: string;
  /** As the catalogue has it. */
  readonly model: Model | undefined;
  readonly record: ModelRecord | undefined;
  readonly coolingUntil: number | undefined;
  /** While it is gone, and until it answers again. */
  readonly gone: GoneModel | undefined;
  readonly isProven: boolean;
  /** Requests that wait for it to be proven. */
  readonly awaiting: number;
};

const nothing = foldCounts([]);

/** What `GET /api/v1/models/status` says of a model. */
export function describeModel(known: KnownModel, now: number): ModelStatus {
  const { id, model, record, coolingUntil = 0, gone } = known;
  const state = stateOf(known, now);
  const name = model?.name;
  return {
    id,
    name: typeof name === "string" ? name : null,
    free: model ? isFree(model) : isFreeId(id),
    contextLength: model?.context_length ?? null,
    expirationDate: model?.expiration_date ?? null,
    state,
    coolingFor: state === "cooling" ? toSeconds(coolingUntil - now) : null,
    goneSince: gone ? new Date(gone.since).toISOString() : null,
    reason: gone?.message ?? null,
    // Requests that wait for the end of a cooldown are among all delayed ones.
    waiting: state === "cooling" ? null : known.awaiting,
    hour: record?.hour ?? nothing,
    day: record?.day ?? nothing,
  };
}

function stateOf(
  { gone, coolingUntil = 0, isProven }: KnownModel,
  now: number,
): ModelStatus["state"] {
  if (gone && gone.until > now) return "gone";
  if (coolingUntil > now) return "cooling";
  return isProven ? "up" : "unproven";
}
