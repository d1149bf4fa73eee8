import type { Request, Response } from "express";
import type { PoolView } from "../../pool/pool-watch.ts";
import { sessionOf } from "../access/require-access.ts";
import type { Sessions } from "../access/sessions/sessions.ts";
import { type ActionName, isActionName } from "./action-names.ts";
import type { Action } from "./actions.ts";
import { doneText } from "./done-text.ts";
import { nameTarget } from "./name-target.ts";

/** What was done on the page before this one; nothing that only the address claims. */
export function findNotice(
  deps: { actions: Record<ActionName, Action>; sessions: Sessions },
  { request, response }: { request: Request; response: Response },
  view: PoolView | undefined,
): string | undefined {
  const { done, target = "", proof } = request.query;
  if (!isActionName(done)) return undefined;
  const text = doneText(done, String(target));
  if (!deps.sessions.isProof(sessionOf(response), text, String(proof))) {
    return undefined;
  }
  const label = nameTarget(done, String(target), view);
  return label === undefined ? undefined : deps.actions[done].done(label);
}
