import type { Request, Response } from "express";
import { sessionOf } from "../access/require-access.ts";
import type { Sessions } from "../access/sessions/sessions.ts";

const texts = {
  saved: (name: string) =>
    `${name} is saved; it holds everywhere within a second.`,
  removed: (name: string) => `${name} is removed.`,
  opened: () => "Anybody may call now.",
} as const;
type Notice = keyof typeof texts;

/** Says on the page of clients what was done on the page before; nothing that only an address claims. */
export class ClientNotices {
  readonly #sessions: Sessions;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  redirect(response: Response, notice: Notice, name: string): void {
    const proof = this.#sessions.prove(
      sessionOf(response),
      textOf(notice, name),
    );
    const query = new URLSearchParams({ done: notice, target: name, proof });
    response.redirect(303, `/admin/clients?${query}`);
  }

  find(request: Request, response: Response): string | undefined {
    const { done, target = "", proof } = request.query;
    const name = String(target);
    if (typeof done !== "string" || !Object.hasOwn(texts, done))
      return undefined;
    const session = sessionOf(response);
    const isOurs = this.#sessions.isProof(
      session,
      textOf(done, name),
      String(proof),
    );
    return isOurs ? texts[done as Notice](name) : undefined;
  }
}

function textOf(notice: string, name: string): string {
  return `client ${notice} ${name}`;
}
