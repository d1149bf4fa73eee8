import type { NextFunction, Request, RequestHandler, Response } from "express";
import { toSeconds } from "../../errors/gateway-error.ts";
import { say } from "../../words/say.ts";
import { showMessage } from "../pages/show-message.ts";
import { readBasicCredentials } from "./basic-credentials.ts";
import type { CheckPassword } from "./check-password.ts";
import { formText, type Session, type Sessions } from "./sessions/sessions.ts";
import type { SignInLink } from "./sessions/sign-in-link.ts";

/** All programs that send the password with each request share one session. */
const programSession: Session = { id: "program" };

/** Lets visitors through who are signed in or send the password with HTTP Basic; others are asked to log in. */
export function requirePassword(deps: {
  sessions: Sessions;
  checkPassword: CheckPassword;
}): RequestHandler {
  const { sessions, checkPassword } = deps;
  return async (request, response, next) => {
    const session = await sessions.read(request);
    if (session) return grantAccess({ sessions, session, response, next });
    const given = readBasicCredentials(request);
    if (!given) return askToLogIn(request, response);
    const check = await checkPassword(request, given);
    if (check.outcome === "right") {
      return grantAccess({ sessions, session: programSession, response, next });
    }
    const isLocked = check.outcome === "locked";
    if (isLocked) {
      response.set("Retry-After", String(toSeconds(check.waitMs)));
    }
    const code = isLocked ? 429 : 401;
    const message = isLocked
      ? "Too many wrong passwords from this address"
      : "That user name and password do not belong together";
    response.status(code).json({ error: { code, message } });
  };
}

/** Lets visitors through who have signed in with a link; nothing else opens the pages. */
export function requireLink(deps: {
  sessions: Sessions;
  signInLink: SignInLink;
}): RequestHandler {
  const { sessions, signInLink } = deps;
  return async (request, response, next) => {
    const session = await sessions.read(request);
    if (session) return grantAccess({ sessions, session, response, next });
    await signInLink.renew();
    showMessage(response, {
      status: 403,
      title: say("access.signIn"),
      message: say("access.signInDetail"),
    });
  };
}

/** The session of a request that was let through. */
export function sessionOf(response: Response): Session {
  return response.locals.session as Session;
}

function grantAccess(visit: {
  sessions: Sessions;
  session: Session;
  response: Response;
  next: NextFunction;
}): void {
  const { sessions, session, response, next } = visit;
  response.locals.session = session;
  response.locals.formToken = sessions.prove(session, formText);
  next();
}

function askToLogIn(request: Request, response: Response): void {
  if (request.accepts(["json", "html"]) === "html") {
    const isReading = request.method === "GET" || request.method === "HEAD";
    const next = encodeURIComponent(request.originalUrl);
    // What a form would have done is not done after the log-in.
    response.redirect(303, `/admin/login${isReading ? `?next=${next}` : ""}`);
    return;
  }
  const message =
    "Log in at /admin/login first, or send the name and password with HTTP Basic";
  response.status(401).json({ error: { code: 401, message } });
}
