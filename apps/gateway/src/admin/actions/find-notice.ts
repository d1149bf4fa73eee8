import type { Request, Response } from "express";
import { say } from "../../words/say.ts";
import { sessionOf } from "../access/require-access.ts";
import type { Sessions } from "../access/sessions/sessions.ts";
import { isActionName } from "./action-names.ts";
import { doneText } from "./done-text.ts";
import type { FindTarget } from "./find-target.ts";

/** What was done on the previous page, if that is proven; an address alone proves nothing. */
export type FindNotice = (
  request: Request,
  response: Response,
) => Promise<string | undefined>;

/** Builds {@link FindNotice}. */
export function createFindNotice(deps: {
  sessions: Sessions;
  findTarget: FindTarget;
}): FindNotice {
  const { sessions, findTarget } = deps;
  return async function findNotice(request, response) {
    const { done, target = "", proof } = request.query;
    if (!isActionName(done)) return undefined;
    const text = doneText(done, String(target));
    if (!sessions.isProof(sessionOf(response), text, String(proof))) {
      return undefined;
    }
    const label = await findTarget(done, String(target));
    return label === undefined
      ? undefined
      : say(`actions.${done}.done`, { target: label });
  };
}
