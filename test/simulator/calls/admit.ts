import type { ErrorContext } from "../answers/error-context.ts";
import { spendsQuota } from "../faults/fault-traits.ts";
import type { CertainFault } from "../faults/faults.ts";
import { type Call, findStandingFault } from "../faults/standing-faults.ts";
import { assumeFacts, isFreeModel, nameProvider } from "../models/models.ts";
import { dayResetAt } from "../quota.ts";
import type { Account, Simulation } from "../simulation.ts";

/** What becomes of a call that passed authentication, decided at its arrival. */
export type Admission = {
  fault: CertainFault | undefined;
  /** Whether the account's quota was spent. */
  counted: boolean;
  /** The true limit that refused the call. */
  refusal: "minute" | "day" | "model" | null;
};

const PASSED: Admission = { fault: undefined, counted: false, refusal: null };

function takeAccountQuota(
  simulation: Simulation,
  account: Account,
  now: number,
): Admission {
  const { counter, rules } = simulation.quotaOf(account);
  const verdict = counter.take(now, rules);
  if (verdict.allowed) return { ...PASSED, counted: true };
  const kind =
    verdict.scope === "day" ? "429-account-day" : "429-account-minute";
  return { fault: { kind }, counted: false, refusal: verdict.scope };
}

function isOverModelCap(
  simulation: Simulation,
  model: string,
  now: number,
): boolean {
  if (simulation.settings.models[model]?.perMinute === undefined) return false;
  const { counter, rules } = simulation.modelQuotaOf(model);
  return !counter.take(now, rules).allowed;
}

/**
 * Decides a call: script, then true quotas, then the model's cap, then the standing faults.
 * `isCounted`: an earlier model of the same call has spent the account's quota.
 */
export function admit(
  simulation: Simulation,
  account: Account,
  { isCounted = false, ...call }: Call & { isCounted?: boolean },
  now: number,
): Admission {
  const scripted = simulation.script.find(call, () => simulation.random());
  const fault = scripted?.fault;
  const standing = fault ?? findStandingFault(simulation, account, call);
  const unspent = { ...PASSED, counted: isCounted };
  if (standing !== undefined && !spendsQuota(standing)) {
    scripted?.use();
    return { ...unspent, fault: standing };
  }
  const isToBeCounted = isFreeModel(call.model) && !isCounted;
  const quota = isToBeCounted
    ? takeAccountQuota(simulation, account, now)
    : unspent;
  // A rule meant for a call that the quota refuses waits for the next one.
  if (quota.refusal !== null) return quota;
  if (fault !== undefined) {
    scripted?.use();
    return { ...quota, fault };
  }
  if (isOverModelCap(simulation, call.model, now)) {
    return { ...quota, fault: { kind: "429-model-cap" }, refusal: "model" };
  }
  return { ...quota, fault: standing };
}

const MODEL_CAP_SHOWN = 8;
const NAME_AROUND = /^[^:]+: | \(free\)$/g;

/** Collects what error bodies speak of. */
export function describeCall(
  simulation: Simulation,
  account: Account,
  model: string,
  now: number,
): ErrorContext {
  const { counter, rules } = simulation.quotaOf(account);
  const { name } = assumeFacts(simulation.settings, model);
  const capped = simulation.modelQuotaOf(model);
  const cap = capped.rules.perMinute;
  return {
    now,
    model,
    modelName: name.replace(NAME_AROUND, ""),
    provider: nameProvider(model),
    userId: account.userId,
    paid: account.paid ?? false,
    perMinute: rules.perMinute,
    perDay: rules.perDay,
    minuteResetAt: counter.minuteResetAt(now, rules),
    dayResetAt: dayResetAt(now, rules.dayMs),
    modelLimit: Number.isFinite(cap) ? cap : MODEL_CAP_SHOWN,
    modelResetAt: capped.counter.minuteResetAt(now, capped.rules),
  };
}
