import type { AnswerFlaw, Fault, ScriptRule } from "./faults/faults.ts";
import { applyMergePatch, type MergePatch } from "./merge-patch.ts";
import type { ModelFacts } from "./models/catalogue.ts";

/** `sliding`: any window of that length; `clock`: windows that start at multiples of their length. */
export type QuotaMode = "sliding" | "clock";

export type AccountSettings = {
  keys: string[];
  /** Free requests per window; 20 when absent. */
  perMinute?: number;
  /** Free requests per day; 200 when absent. */
  perDay?: number;
  /** Has bought credits once: the daily refusal is then the `high-balance` one. */
  paid?: boolean;
  /** Balance in dollars, 0 when absent. Below 0 every call is a 402; at 0 only paid models are. */
  credits?: number;
  userId?: string;
  /** Free requests of today that were made outside this simulator. */
  dailyUsedElsewhere?: number;
  /** Models that the account's data policy excludes: a 404 each. */
  refusedModels?: string[];
  fault?: Fault;
};

export type KeySettings = { fault?: Fault };

/** How a model that is gone says so; the calls refused with a 404 still spend the quota. */
export type Withdrawal = "no-endpoints" | "period-ended" | "invalid-id";

/** The facts are shown in `GET /models`, and calls that a given one excludes are refused. */
export type ModelSettings = Partial<Omit<ModelFacts, "id" | "created">> & {
  fault?: Fault;
  /** Calls per window to this model from all accounts together; no cap when absent. */
  perMinute?: number;
  /** False leaves it out of `GET /models`; it still answers. */
  listed?: boolean;
  /** Every call is refused; `listed` is another matter. */
  withdrawn?: Withdrawal;
  /** In place of the general one. */
  latencyMs?: number;
  /** What is wrong with what it says, when nothing else is wrong with the call. */
  answers?: AnswerFlaw;
};

/** Every setting, resolved. Durations in milliseconds, sizes in bytes. */
export type ResolvedSettings = {
  accounts: Record<string, AccountSettings>;
  keys: Record<string, KeySettings>;
  models: Record<string, ModelSettings>;
  /** Strikes calls for which neither script, key, account nor model has a fault. */
  fault: Fault | null;
  script: ScriptRule[];
  /** Refuse models that are neither in the catalogue nor in `models` with a 400. */
  strictModels: boolean;
  quotaMode: QuotaMode;
  windowMs: number;
  /** The day index is floor(epoch / dayMs): UTC midnight with the default. */
  dayMs: number;
  /** Before the headers of an answer. */
  latencyMs: number;
  /** Uniform, both ways, on top of `latencyMs`. */
  jitterMs: number;
  /** Between a stream's headers and its first event. */
  firstTokenMs: number;
  /** Between content events. */
  interChunkMs: number;
  /** Content events of a stream, `tok0 tok1 …`; the echo in four pieces when null. */
  chunks: number | null;
  /** Size of each content event's text. */
  chunkBytes: number | null;
  /** Size of the content of a plain answer; just the echo when null. */
  responseBytes: number | null;
  /** Size of a page of the list of models when the caller names none. */
  modelsPerPage: number;
  /** Send keepalive white space ahead of plain bodies, in steps while the latency passes. */
  paddingWhitespace: boolean;
  /** Of the generator behind jitter and `percent`. */
  seed: number;
};

/** What a caller may set; everything has a default. */
export type SimulatorSettings = Partial<ResolvedSettings>;

/** A change at run time: nested objects merge, null removes, arrays and faults are replaced. */
export type SettingsPatch = MergePatch<ResolvedSettings>;

/** The key of the only account when no accounts are given. */
export const DEFAULT_KEY = "sk-or-v1-simulator";

export const DEFAULT_PER_MINUTE = 20;
export const DEFAULT_PER_DAY = 200;

const DEFAULTS: ResolvedSettings = {
  accounts: { simulator: { keys: [DEFAULT_KEY] } },
  keys: {},
  models: {},
  fault: null,
  script: [],
  strictModels: false,
  quotaMode: "sliding",
  windowMs: 60_000,
  dayMs: 86_400_000,
  latencyMs: 0,
  jitterMs: 0,
  firstTokenMs: 0,
  interChunkMs: 0,
  chunks: null,
  chunkBytes: null,
  responseBytes: null,
  modelsPerPage: 500,
  paddingWhitespace: false,
  seed: 1,
};

/** Fills in the defaults. Given accounts take the place of the default one. */
export function resolveSettings(settings: SimulatorSettings): ResolvedSettings {
  const unknown = Object.keys(settings).filter((name) => !(name in DEFAULTS));
  if (unknown.length > 0) {
    throw new Error(`unknown setting: ${unknown.join(", ")}`);
  }
  return { ...DEFAULTS, ...settings };
}

/** Applies a change; a setting patched with null falls back to its default. */
export function patchSettings(
  current: ResolvedSettings,
  patch: SettingsPatch,
): ResolvedSettings {
  const merged = applyMergePatch<ResolvedSettings>(current, patch);
  return resolveSettings(merged);
}
