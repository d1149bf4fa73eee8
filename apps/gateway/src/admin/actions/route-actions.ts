import { Router } from "express";
import type { Logger } from "pino";
import { say } from "../../words/say.ts";
import { sessionOf } from "../access/require-access.ts";
import { formOf, readForm } from "../access/route-login.ts";
import { formText, type Sessions } from "../access/sessions/sessions.ts";
import { showMessage } from "../pages/show-message.ts";
import { type ActionName, isActionName } from "./action-names.ts";
import type { Action } from "./actions.ts";
import { doneText } from "./done-text.ts";
import type { FindTarget } from "./find-target.ts";

/** `/admin/confirm`, where an action is confirmed, and `/admin/actions/…`, where it is done. */
export function routeActions(deps: {
  actions: Record<ActionName, Action>;
  sessions: Sessions;
  /** Whether there is, or was a moment ago, something to do about a model. */
  concernsModel: (action: ActionName, model: string) => Promise<boolean>;
  findTarget: FindTarget;
  logger: Logger;
}): Router {
  const { actions, sessions, concernsModel, findTarget, logger } = deps;
  const router = Router();

  router.get("/confirm", async (request, response) => {
    const { action: name, target = "" } = request.query;
    const label = await findTarget(name, String(target));
    if (!isActionName(name) || label === undefined) {
      return showMessage(response, unknownTarget());
    }
    if (!(await concernsModel(name, String(target)))) {
      return showMessage(response, nothingToDo());
    }
    const { isHarmful = false, page } = actions[name];
    response.render("admin/confirm", {
      post: `/admin/actions/${name}`,
      target: String(target),
      question: say(`actions.${name}.question`, { target: label }),
      consequence: say(`actions.${name}.consequence`),
      button: say(`actions.${name}.button`),
      isHarmful,
      page: pageOf(request.query.page, page),
    });
  });

  router.post("/actions/:action", readForm, async (request, response) => {
    const { action: name } = request.params;
    const { token, target = "", page: from } = formOf(request);
    const session = sessionOf(response);
    if (!sessions.isProof(session, formText, String(token ?? ""))) {
      return showMessage(response, {
        status: 403,
        title: say("access.staleForm"),
        message: say("access.staleConfirmation"),
      });
    }
    const label = await findTarget(name, String(target));
    if (!isActionName(name) || label === undefined) {
      return showMessage(response, unknownTarget());
    }
    const { run, page } = actions[name];
    const outcome = await run(String(target));
    const isDone = outcome === true;
    logger.warn({ action: name, target: label, isDone }, "An operator acted");
    if (typeof outcome === "string") {
      return showMessage(response, {
        status: 409,
        title: say("access.refused"),
        message: outcome,
      });
    }
    if (!isDone) return showMessage(response, nothingToDo());
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

/** The page where an action was begun, and to which the visitor returns; `usual` when none is given. */
function pageOf(
  name: unknown,
  usual = "/admin",
): { name: string; path: string } {
  return name === "models"
    ? { name, path: "/admin/models" }
    : { name: "", path: usual };
}

function unknownTarget() {
  return {
    status: 404,
    title: say("actions.unknownTarget"),
    message: say("actions.unknownTargetDetail"),
  };
}

function nothingToDo() {
  return {
    status: 409,
    title: say("actions.nothingToDo"),
    message: say("actions.nothingToDoDetail"),
  };
}
