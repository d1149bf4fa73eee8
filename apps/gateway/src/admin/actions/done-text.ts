import type { ActionName } from "./action-names.ts";

/** The text whose proof a page must carry to say that an action was done. */
export function doneText(action: ActionName, target: string): string {
  return `done ${action} ${target}`;
}
