import type { Request, Response } from "express";
import { say } from "../../words/say.ts";
import { sessionOf } from "../access/require-access.ts";
import type { Sessions } from "../access/sessions/sessions.ts";

const notices = ["saved", "removed", "opened"] as const;
type Notice = (typeof notices)[number];

/**
 * Says on the page of clients what was done on the previous page, if that is proven; an address
 * alone proves nothing.
 */
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
    if (!isNotice(done)) return undefined;
    const session = sessionOf(response);
    const isOurs = this.#sessions.isProof(
      session,
      textOf(done, name),
      String(proof),
    );
    return isOurs ? say(`clients.done.${done}`, { name }) : undefined;
  }
}

function isNotice(text: unknown): text is Notice {
  return (notices as readonly unknown[]).includes(text);
}

function textOf(notice: string, name: string): string {
  return `client ${notice} ${name}`;
}
