import type { RequestHandler } from "express";
import { say } from "../../words/say.ts";
import { sessionOf } from "../access/require-access.ts";
import { formOf } from "../access/route-login.ts";
import { formText, type Sessions } from "../access/sessions/sessions.ts";
import { showMessage } from "../pages/show-message.ts";

/** Lets only forms of the session's own pages through. */
export function requireOwnForm(sessions: Sessions): RequestHandler {
  return (request, response, next) => {
    const token = String(formOf(request).token ?? "");
    if (sessions.isProof(sessionOf(response), formText, token)) return next();
    showMessage(response, {
      status: 403,
      title: say("access.staleForm"),
      message: say("access.staleFormDetail"),
    });
  };
}
