import type { NextFunction, Request, RequestHandler, Response } from "express";
import { showMessage } from "../show-message.ts";
import { isDirectLoopback } from "./is-direct-loopback.ts";
import { isSameOrigin } from "./is-same-origin.ts";
import type { Session, Sessions } from "./sessions.ts";

const onlyLocally =
  "No ADMIN_PASSWORD is set, so these pages answer only programs on the gateway's own machine that ask it directly, not through a proxy. Set ADMIN_PASSWORD to open them to others.";

/**
 * Lets through who may see the pages: with a password those who are logged in,
 * without one only this machine itself. What changes something must also come
 * from a page of ours.
 */
export function requireAccess(deps: {
  sessions: Sessions;
  hasPassword: boolean;
}): RequestHandler {
  const { sessions, hasPassword } = deps;

  function admit(session: Session, response: Response, next: NextFunction) {
    response.locals.session = session;
    response.locals.formToken = sessions.formToken(session);
    next();
  }

  return (request, response, next) => {
    const refusal = findRefusal(request, hasPassword);
    if (refusal) return showMessage(response, refusal);

    const session = sessions.read(request);
    if (session && (session.isLoggedIn || !hasPassword)) {
      return admit(session, response, next);
    }
    if (hasPassword) return askToLogIn(request, response);
    admit(sessions.start(request, response, false), response, next);
  };
}

/** The session of a request that was let through. */
export function sessionOf(response: Response): Session {
  return response.locals.session as Session;
}

function findRefusal(request: Request, hasPassword: boolean) {
  if (!hasPassword && !isDirectLoopback(request)) {
    return { status: 403, title: "Not from here", message: onlyLocally };
  }
  if (!isReading(request) && !isSameOrigin(request)) {
    return {
      status: 403,
      title: "Not from there",
      message: "Another site sent this request; nothing was done.",
    };
  }
  return undefined;
}

function askToLogIn(request: Request, response: Response): void {
  if (isReading(request) && request.accepts(["json", "html"]) === "html") {
    const next = encodeURIComponent(request.originalUrl);
    response.redirect(303, `/admin/login?next=${next}`);
    return;
  }
  const error = { code: 401, message: "Log in at /admin/login first" };
  response.status(401).json({ error });
}

function isReading(request: Request): boolean {
  return request.method === "GET" || request.method === "HEAD";
}
