import express, { type Request, type Response, Router } from "express";
import { say } from "../../words/say.ts";
import type { CheckPassword } from "./check-password.ts";
import type { Credentials } from "./credentials.ts";
import type { KnownBrowsers } from "./known-browsers.ts";
import type { Sessions } from "./sessions/sessions.ts";

/** `/admin/login`. */
export function routeLogin(deps: {
  checkPassword: CheckPassword;
  knownBrowsers: KnownBrowsers;
  sessions: Sessions;
}): Router {
  const { checkPassword, knownBrowsers, sessions } = deps;
  const router = Router();

  router.get("/login", (request, response) => {
    showForm(response, { next: pathOf(request.query.next) });
  });

  router.post("/login", readForm, async (request, response) => {
    const next = pathOf(formOf(request).next);
    const check = await checkPassword(request, readCredentials(request));
    if (check.outcome === "locked") {
      const minutes = Math.ceil(check.waitMs / 60_000);
      response.status(429).set("Retry-After", String(minutes * 60));
      const error = say("access.locked", { minutes });
      return showForm(response, { next, error });
    }
    if (check.outcome === "wrong") {
      response.status(401);
      const error = say("access.wrong");
      return showForm(response, { next, error });
    }
    knownBrowsers.remember(request, response);
    await sessions.start(request, response);
    response.redirect(303, next);
  });
  return router;
}

/** `/admin/logout`. @param nextPage where the visitor is redirected to. */
export function routeLogout(sessions: Sessions, nextPage: string): Router {
  const router = Router();
  router.post("/logout", async (request, response) => {
    await sessions.end(request, response);
    response.redirect(303, nextPage);
  });
  return router;
}

/** Reads a form of one of our pages. */
export const readForm = express.urlencoded({ extended: false, limit: "128kb" });

/** The fields of a form read by {@link readForm}. */
export function formOf(request: Request): Record<string, unknown> {
  return (request.body ?? {}) as Record<string, unknown>;
}

function readCredentials(request: Request): Credentials {
  const { username, password } = formOf(request);
  return { username: String(username ?? ""), password: String(password ?? "") };
}

/** Where to go after the log-in: only to our own pages. */
function pathOf(given: unknown): string {
  const isOurs = typeof given === "string" && /^\/admin([/?]|$)/.test(given);
  return isOurs && !given.startsWith("/admin/log") ? given : "/admin";
}

function showForm(
  response: Response,
  what: { next: string; error?: string },
): void {
  response.render("admin/login", { error: undefined, ...what });
}
