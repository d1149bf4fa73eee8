import { findMisfit } from "../answers/misfit.ts";
import {
  FREE_ROUTER,
  findFacts,
  findModelSettings,
  isFreeModel,
} from "../models/models.ts";
import type { RequestNeeds } from "../models/request-needs.ts";
import { routeModel } from "../models/route-model.ts";
import type { Withdrawal } from "../settings.ts";
import type { Account, Simulation } from "../simulation.ts";
import type { CertainFault } from "./faults.ts";
import { type CallTraits, drawFault } from "./script.ts";

/** A call of one model, the request's own or one that it falls back to. */
export type Call = CallTraits & { needs: RequestNeeds };

const WITHDRAWALS: Record<Withdrawal, CertainFault> = {
  "no-endpoints": { kind: "404-no-endpoints" },
  "period-ended": { kind: "404-period-ended" },
  "invalid-id": { kind: "400-invalid-id" },
};

function findUnknownModel(
  { settings }: Simulation,
  model: string,
): CertainFault | undefined {
  const isRefused =
    settings.strictModels && findFacts(settings, model) === undefined;
  return isRefused ? { kind: "400-invalid-id" } : undefined;
}

function findWithdrawal(
  { settings }: Simulation,
  model: string,
): CertainFault | undefined {
  const withdrawn = findModelSettings(settings, model)?.withdrawn;
  return withdrawn === undefined ? undefined : WITHDRAWALS[withdrawn];
}

function findPolicyFault(
  { refusedModels = [] }: Account,
  model: string,
): CertainFault | undefined {
  const isRefused = refusedModels.includes(model);
  return isRefused ? { kind: "404-data-policy" } : undefined;
}

function findCreditFault(
  { credits = 0 }: Account,
  model: string,
): CertainFault | undefined {
  const isCovered = credits > 0 || (credits === 0 && isFreeModel(model));
  return isCovered ? undefined : { kind: "402" };
}

function findRoutingFault(
  { settings }: Simulation,
  { model, needs }: Call,
): CertainFault | undefined {
  if (model !== FREE_ROUTER) return undefined;
  // Another `n` picks another model, but finds one just the same.
  const hasModel = routeModel(settings, { model, needs, n: 0 }) !== model;
  return hasModel ? undefined : { kind: "404-parameters" };
}

function findAnswerFlaw(
  { settings }: Simulation,
  model: string,
): CertainFault | undefined {
  const flaw = findModelSettings(settings, model)?.answers;
  return flaw === undefined ? undefined : { kind: `${flaw}-content` };
}

/** What goes wrong with a call that no rule of the script strikes. */
export function findStandingFault(
  simulation: Simulation,
  account: Account,
  call: Call,
): CertainFault | undefined {
  const { settings } = simulation;
  const { key, model, needs } = call;
  const random = () => simulation.random();
  return (
    drawFault(settings.keys[key]?.fault, random) ??
    drawFault(account.fault, random) ??
    findUnknownModel(simulation, model) ??
    findWithdrawal(simulation, model) ??
    findPolicyFault(account, model) ??
    findCreditFault(account, model) ??
    findMisfit(settings, model, needs) ??
    findRoutingFault(simulation, call) ??
    drawFault(findModelSettings(settings, model)?.fault, random) ??
    drawFault(settings.fault, random) ??
    findAnswerFlaw(simulation, model)
  );
}
