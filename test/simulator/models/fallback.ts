import { type Admission, admit } from "../calls/admit.ts";
import { isDeliveryFault } from "../faults/fault-traits.ts";
import type { CertainFault } from "../faults/faults.ts";
import type { Call } from "../faults/standing-faults.ts";
import type { Account, Simulation } from "../simulation.ts";
import { isFreeModel } from "./models.ts";

/** Whether the failure of `model` leaves `next` a chance. */
function mayFollow(fault: CertainFault, model: string, next: string): boolean {
  switch (fault.kind) {
    case "401":
    case "403-key-limit":
    case "429-cloudflare":
      // Refused at the door, before any model.
      return false;
    case "402":
      // A free model is refused for a debt, which concerns all models.
      return !isFreeModel(model);
    case "429-account-minute":
    case "429-account-reset-after":
    case "429-account-day":
      // The quota of free models is used up; a paid one answers, and is billed.
      return !isFreeModel(next);
    case "custom":
      return fault.status >= 400;
    default:
      // A failure of delivery comes after the 200.
      return !isDeliveryFault(fault);
  }
}

/**
 * Tries the models in turn, as OpenRouter's own fallback does: the first that answers, or the last one's error.
 * The call spends the account's quota once.
 */
export function admitFirst(
  simulation: Simulation,
  account: Account,
  { models, ...call }: Omit<Call, "model"> & { models: [string, ...string[]] },
  now: number,
): { model: string; admission: Admission } {
  let [model, ...rest] = models;
  let admission = admit(simulation, account, { ...call, model }, now);
  for (;;) {
    const { fault, counted } = admission;
    const failed = model;
    const at = rest.findIndex(
      (next) => fault !== undefined && mayFollow(fault, failed, next),
    );
    const next = rest[at];
    if (next === undefined) return { model, admission };
    rest = rest.slice(at + 1);
    model = next;
    const traits = { ...call, model, isCounted: counted };
    admission = admit(simulation, account, traits, now);
  }
}
