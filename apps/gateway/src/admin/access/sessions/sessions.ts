import type { Request, Response } from "express";
import type { AccessKey } from "./access-key.ts";
import { type AdminCookie, readCookie, setCookie } from "./admin-cookie.ts";
import type { Tickets } from "./tickets.ts";

/** How long a visitor stays signed in, in ms. */
export const sessionLifeMs = 12 * 3_600_000;

const cookie: AdminCookie = {
  name: "orpool_session",
  path: "/admin",
  lifeMs: sessionLifeMs,
};

/** A visitor of the pages who is signed in. */
export type Session = {
  readonly id: string;
};

/** Sessions that all gateways know, until they end: at sign-out, or when they expire. */
export class Sessions {
  readonly #tickets: Tickets;
  readonly #accessKey: AccessKey;

  constructor(deps: { tickets: Tickets; accessKey: AccessKey }) {
    this.#tickets = deps.tickets;
    this.#accessKey = deps.accessKey;
  }

  /** The visitor's session, if it has not ended. */
  async read(request: Request): Promise<Session | undefined> {
    const id = readCookie(request, cookie);
    return (await this.#tickets.isValid(id)) ? { id } : undefined;
  }

  /** Gives the visitor a new session. */
  async start(request: Request, response: Response): Promise<void> {
    setCookie(request, response, cookie, await this.#tickets.issue());
  }

  /**
   * Ends the visitor's session; a copy of its cookie is worthless from then on.
   *
   * @throws {GatewayError} `redis-down` when the other gateways cannot be told.
   */
  async end(request: Request, response: Response): Promise<void> {
    await this.#tickets.end(readCookie(request, cookie));
    response.clearCookie(cookie.name, { path: cookie.path });
  }

  /** Proves that a text was issued to a page of this session. */
  prove(session: Session, text: string): string {
    return this.#accessKey.digest(`page ${session.id} ${text}`);
  }

  isProof(session: Session, text: string, proof: string): boolean {
    return this.#accessKey.isDigest(proof, `page ${session.id} ${text}`);
  }
}

/** The text whose proof a form must carry to count as one of the session's pages. */
export const formText = "form";
