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

/** Sessions that all gateways know, until they end: at sign-out, or when they are too old. */
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
   * Ends the visitor's session; a copy of its cookie opens nothing any more.
   *
   * @throws {GatewayError} `redis-down` when that cannot be made known.
   */
  async end(request: Request, response: Response): Promise<void> {
    await this.#tickets.end(readCookie(request, cookie));
    response.clearCookie(cookie.name, { path: cookie.path });
  }

  /** What proves that one of this session's own pages was given the text. */
  prove(session: Session, text: string): string {
    return this.#accessKey.digest(`page ${session.id} ${text}`);
  }

  isProof(session: Session, text: string, proof: string): boolean {
    return this.#accessKey.isDigest(proof, `page ${session.id} ${text}`);
  }
}

/** What a form must carry a proof of to be taken for one of the session's pages. */
export const formText = "form";
