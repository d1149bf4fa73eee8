import {
  createHmac,
  randomBytes,
  scryptSync,
  timingSafeEqual,
} from "node:crypto";
import type { Request, Response } from "express";

const cookieName = "orpool_session";
const cookiePath = "/admin";
const lifeMs = 12 * 3_600_000;

/** A visitor of the pages. */
export type Session = {
  readonly id: string;
  /** Whether the visitor has given the password. */
  readonly isLoggedIn: boolean;
  /** ms since the epoch. */
  readonly expiresAt: number;
};

/**
 * Sessions that live in a signed cookie alone: every gateway with the same
 * password accepts them, and none has to remember them.
 */
export class Sessions {
  readonly #key: Buffer;

  /**
   * @param password what the signing key is made from. It is made slowly, so that
   * nobody finds the password by trying out which one signs a cookie.
   */
  constructor(password: string) {
    this.#key = scryptSync(password, "openrouter-free-pool sessions", 32);
  }

  /** The visitor's session, if the cookie is ours and not too old. */
  read(request: Request): Session | undefined {
    const [payload, signature] = readCookie(request).split(".");
    if (!payload || !signature) return undefined;
    if (!isSame(signature, this.#sign(payload))) return undefined;
    const text = Buffer.from(payload, "base64url").toString();
    const session = JSON.parse(text) as Session;
    return session.expiresAt > Date.now() ? session : undefined;
  }

  /** Gives the visitor a new session. */
  start(request: Request, response: Response, isLoggedIn: boolean): Session {
    const session: Session = {
      id: randomBytes(18).toString("base64url"),
      isLoggedIn,
      expiresAt: Date.now() + lifeMs,
    };
    const payload = Buffer.from(JSON.stringify(session)).toString("base64url");
    const isHttps =
      request.secure || request.get("x-forwarded-proto") === "https";
    response.cookie(cookieName, `${payload}.${this.#sign(payload)}`, {
      httpOnly: true,
      sameSite: "lax",
      secure: isHttps,
      path: cookiePath,
      maxAge: lifeMs,
    });
    return session;
  }

  end(response: Response): void {
    response.clearCookie(cookieName, { path: cookiePath });
  }

  /** What a form must carry to be taken for one of this session's pages. */
  formToken(session: Session): string {
    return this.#sign(`form ${session.id}`);
  }

  isFormToken(session: Session, token: string): boolean {
    return isSame(token, this.formToken(session));
  }

  #sign(text: string): string {
    return createHmac("sha256", this.#key).update(text).digest("base64url");
  }
}

function readCookie(request: Request): string {
  const pairs = (request.get("cookie") ?? "").split(/;\s*/);
  const own = pairs.find((pair) => pair.startsWith(`${cookieName}=`));
  return own?.slice(cookieName.length + 1) ?? "";
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
