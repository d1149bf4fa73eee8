import type { Logger } from "pino";
import type { Tickets } from "./tickets.ts";

/** How long a sign-in link can be used, in ms. */
export const linkLifeMs = 3_600_000;

/**
 * The only way to sign in when no password is set: a link for one use, shown to those who can read
 * this gateway's terminal or log.
 */
export class SignInLink {
  readonly #tickets: Tickets;
  readonly #logger: Logger;
  #address = "";
  #newest = "";
  #renewal: Promise<void> | undefined;

  constructor(deps: { tickets: Tickets; logger: Logger }) {
    this.#tickets = deps.tickets;
    this.#logger = deps.logger;
  }

  /** Shows the first link. @param address where the gateway listens. */
  async announce(address: { host: string; port: number }): Promise<void> {
    this.#address = addressOf(address);
    await this.#show();
  }

  /** Shows a new link if the newest one was used or has expired. */
  renew(): Promise<void> {
    // Many visitors at once cause one link.
    this.#renewal ??= this.#replaceUsed().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  /** Uses a link up. @returns whether it was valid, whichever gateway had shown it. */
  redeem(token: string): Promise<boolean> {
    return this.#tickets.end(token);
  }

  async #replaceUsed(): Promise<void> {
    if (!(await this.#tickets.isValid(this.#newest))) await this.#show();
  }

  async #show(): Promise<void> {
    this.#newest = await this.#tickets.issue();
    const link = `${this.#address}/admin/sign-in?token=${this.#newest}`;
    if (this.#logger.isLevelEnabled("info")) {
      this.#logger.info({ link, minutes: linkLifeMs / 60_000 }, linkMessage);
    } else {
      // Without the link nobody can sign in, so it is shown at every log level.
      process.stderr.write(`${linkMessage}: ${link}\n`);
    }
    // `npm start` shows it once more, where it does not get lost among log lines.
    if (process.connected) process.send?.({ signInLink: link });
  }
}

const linkMessage = "Open this link to sign in to the admin pages, once";

function addressOf({ host, port }: { host: string; port: number }): string {
  const name = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}
