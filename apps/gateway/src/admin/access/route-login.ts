import express, { type Request, type Response, Router } from "express";
import type { Logger } from "pino";
import { showMessage } from "../show-message.ts";
import { areSame, type Credentials } from "./credentials.ts";
import { isSameOrigin } from "./is-same-origin.ts";
import type { LoginLimit } from "./login-limit.ts";
import type { Sessions } from "./sessions.ts";

/** `/admin/login` and `/admin/logout`. */
export function routeLogin(deps: {
  credentials: Credentials;
  sessions: Sessions;
  loginLimit: LoginLimit;
  logger: Logger;
}): Router {
  const { credentials, sessions, loginLimit, logger } = deps;
  const router = Router();
  router.use(["/login", "/logout"], (request, response, next) => {
    if (request.method !== "POST" || isSameOrigin(request)) return next();
    const message = "Another site sent this form; nothing was done.";
    showMessage(response, { status: 403, title: "Not from there", message });
  });

  router.get("/login", (request, response) => {
    showForm(response, { next: pathOf(request.query.next) });
  });

  router.post("/login", readForm, async (request, response) => {
    const address = request.socket.remoteAddress ?? "";
    const next = pathOf(formOf(request).next);
    const waitMs = await loginLimit.count(address);
    if (waitMs > 0) {
      const minutes = Math.ceil(waitMs / 60_000);
      response.status(429).set("Retry-After", String(minutes * 60));
      const error = `Too many wrong passwords from your address. Try again in ${minutes} min.`;
      return showForm(response, { next, error });
    }
    if (!areSame(readCredentials(request), credentials)) {
      logger.warn({ address }, "Wrong password for the admin pages");
      response.status(401);
      const error = "That user name and password do not belong together.";
      return showForm(response, { next, error });
    }
    await loginLimit.forget(address);
    sessions.start(request, response, true);
    response.redirect(303, next);
  });

  router.post("/logout", (_request, response) => {
    sessions.end(response);
    response.redirect(303, "/admin/login");
  });
  return router;
}

/** Reads a form that a page of ours has sent. */
export const readForm = express.urlencoded({ extended: false, limit: "8kb" });

/** The fields of a form read by {@link readForm}. */
export function formOf(request: Request): Record<string, unknown> {
  return (request.body ?? {}) as Record<string, unknown>;
}

function readCredentials(request: Request): Credentials {
  const { username, password } = formOf(request);
  return { username: String(username ?? ""), password: String(password ?? "") };
}

/** Where to go after the log-in: only to pages of ours. */
function pathOf(given: unknown): string {
  const isOurs = typeof given === "string" && /^\/admin([/?]|$)/.test(given);
  return isOurs && !given.startsWith("/admin/log") ? given : "/admin";
}

function showForm(
  response: Response,
  what: { next: string; error?: string },
): void {
  response.render("login", { error: undefined, ...what });
}
