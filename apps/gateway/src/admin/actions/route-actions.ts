import { Router } from "express";
import type { Logger } from "pino";
import type { PoolWatch } from "../../pool/pool-watch.ts";
import { sessionOf } from "../access/require-access.ts";
import { formOf, readForm } from "../access/route-login.ts";
import { formText, type Sessions } from "../access/sessions/sessions.ts";
import { showMessage } from "../pages/show-message.ts";
import { type ActionName, isActionName } from "./action-names.ts";
import type { Action } from "./actions.ts";
import { doneText } from "./done-text.ts";
import { nameTarget } from "./name-target.ts";

/** `/admin/confirm`, where an action is confirmed, and `/admin/actions/…`, where it is done. */
export function routeActions(deps: {
  actions: Record<ActionName, Action>;
  sessions: Sessions;
  /** Whether there is, or was a moment ago, something to do for a model. */
  concernsModel: (action: ActionName, model: string) => Promise<boolean>;
  poolWatch: PoolWatch;
  logger: Logger;
}): Router {
  const { actions, sessions, concernsModel, poolWatch, logger } = deps;
  const router = Router();

  router.get("/confirm", async (request, response) => {
    const { action: name, target = "" } = request.query;
    const label = nameTarget(name, String(target), poolWatch.current());
    if (!isActionName(name) || label === undefined) {
      return showMessage(response, unknownTarget);
    }
    if (!(await concernsModel(name, String(target)))) {
      return showMessage(response, nothingToDo);
    }
    const { question, consequence, button, ...rest } = actions[name];
    const { isHarmful = false, page } = rest;
    response.render("confirm", {
      post: `/admin/actions/${name}`,
      target: String(target),
      question: question(label),
      consequence,
      button,
      isHarmful,
      page: pageOf(request.query.page, page),
    });
  });

  router.post("/actions/:action", readForm, async (request, response) => {
    const { action: name } = request.params;
    const { token, target = "", page: from } = formOf(request);
    const session = sessionOf(response);
    if (!sessions.isProof(session, formText, String(token ?? ""))) {
      return showMessage(response, staleForm);
    }
    const label = nameTarget(name, String(target), poolWatch.current());
    if (!isActionName(name) || label === undefined) {
      return showMessage(response, unknownTarget);
    }
    const { run, page } = actions[name];
    const outcome = await run(String(target));
    const isDone = outcome === true;
    logger.warn({ action: name, target: label, isDone }, "An operator acted");
    if (typeof outcome === "string") {
      return showMessage(response, { ...refused, message: outcome });
    }
    if (!isDone) return showMessage(response, nothingToDo);
    const query = new URLSearchParams({
      done: name,
      target: String(target),
      proof: sessions.prove(session, doneText(name, String(target))),
    });
    const back = pageOf(from, page).path;
    response.redirect(303, `${back}?${query}`);
  });
  return router;
}

/** Where an action was begun, and where its reader goes back to; `usual` when nothing is said. */
function pageOf(
  name: unknown,
  usual = "/admin",
): { name: string; path: string } {
  return name === "models"
    ? { name, path: "/admin/models" }
    : { name: "", path: usual };
}

const unknownTarget = {
  status: 404,
  title: "There is no such thing",
  message: "The key or account is not in the pool any more.",
};
const refused = { status: 409, title: "That cannot be done" };
const staleForm = {
  status: 403,
  title: "That page was too old",
  message: "Nothing was done. Open the page again and confirm once more.",
};
const nothingToDo = {
  status: 409,
  title: "There was nothing to do",
  message:
    "No worker has this key, or what was to be ended had ended by itself.",
};
