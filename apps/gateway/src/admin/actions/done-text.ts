import type { ActionName } from "./action-names.ts";

/** What a page must carry a proof of to say that an action was done. */
export function doneText(action: ActionName, target: string): string {
  return `done ${action} ${target}`;
}
