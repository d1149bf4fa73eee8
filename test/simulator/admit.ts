import type { ErrorContext } from "./error-context.ts";
import { type CertainFault, spendsQuota } from "./faults.ts";
import { isFreeModel, isKnownModel, nameProvider } from "./models.ts";
import { dayResetAt } from "./quota.ts";
import { type CallTraits, drawFault } from "./script.ts";
import type { Account, Simulation } from "./simulation.ts";

/** What becomes of a call that passed authentication, decided at its arrival. */
export type Admission = {
  fault: CertainFault | undefined;
  /** Whether the account's quota was spent. */
  counted: boolean;
  /** The true limit that refused the call. */
  refusal: "minute" | "day" | "model" | null;
};

const PASSED: Admission = { fault: undefined, counted: false, refusal: null };

function findStandingFault(
  simulation: Simulation,
  account: Account,
  { key, model }: CallTraits,
): CertainFault | undefined {
  const { settings } = simulation;
  const random = () => simulation.random();
  return (
    drawFault(settings.keys[key]?.fault, random) ??
    drawFault(account.fault, random) ??
    findUnknownModel(simulation, model) ??
    findCreditFault(account, model) ??
    drawFault(settings.models[model]?.fault, random) ??
    drawFault(settings.fault, random)
  );
}

function findCreditFault(
  { credits = 0 }: Account,
  model: string,
): CertainFault | undefined {
  const isCovered = credits > 0 || (credits === 0 && isFreeModel(model));
  return isCovered ? undefined : { kind: "402" };
}

function findUnknownModel(
  { settings: { models, strictModels } }: Simulation,
  model: string,
): CertainFault | undefined {
  const isKnown = models[model] !== undefined || isKnownModel(model);
  return strictModels && !isKnown ? { kind: "400" } : undefined;
}

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

/** Decides a call: script, then true quotas, then the model's cap, then the standing faults. */
export function admit(
  simulation: Simulation,
  account: Account,
  call: CallTraits,
  now: number,
): Admission {
  const scripted = simulation.script.find(call, () => simulation.random());
  const fault = scripted?.fault;
  const standing = fault ?? findStandingFault(simulation, account, call);
  if (standing !== undefined && !spendsQuota(standing)) {
    scripted?.use();
    return { ...PASSED, fault: standing };
  }
  const quota = isFreeModel(call.model)
    ? takeAccountQuota(simulation, account, now)
    : PASSED;
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

/** Collects what error bodies speak of. */
export function describeCall(
  simulation: Simulation,
  account: Account,
  model: string,
  now: number,
): ErrorContext {
  const { counter, rules } = simulation.quotaOf(account);
  const capped = simulation.modelQuotaOf(model);
  const cap = capped.rules.perMinute;
  return {
    now,
    model,
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
