import { isBatchId } from "../../batches/records/batch-record.ts";
import type { PoolView } from "../../pool/pool-watch.ts";
import { isEventId } from "../../webhooks/events/event.ts";
import { isActionName } from "./action-names.ts";
import { isSendTarget } from "./request-targets.ts";

/**
 * The name of an action's target on the pages: a key's mask.
 *
 * @returns undefined when the action or its target does not exist.
 */
export function nameTarget(
  action: unknown,
  target: string,
  view: PoolView | undefined,
): string | undefined {
  if (!isActionName(action)) return undefined;
  switch (action) {
    case "pause":
    case "resume":
      return "";
    case "take-out":
    case "put-back":
    case "probe":
      return view?.pool.keys.find(({ id }) => id === target)?.mask;
    case "unpark": {
      if (!view?.pool.accounts.has(target)) return undefined;
      // A key without a named account is an account of its own, under the key's id.
      const key = view.pool.keys.find(({ id }) => id === target);
      return key?.mask ?? target;
    }
    case "end-cooldown":
    case "forget-gone":
      return target === "" ? undefined : target;
    case "cancel-batch":
    case "retry-batch":
      return isBatchId(target) ? target : undefined;
    case "send-event":
      return isEventId(target) ? target : undefined;
    case "send-again":
      return isSendTarget(target) ? target : undefined;
  }
}
