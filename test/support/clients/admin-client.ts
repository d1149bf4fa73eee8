import { type Exchange, exchange } from "../network/exchange.ts";
import type { AppProcess } from "../processes/app-process.ts";
import { newestSignInLink } from "./sign-in-link.ts";

/** A visitor of the admin pages that keeps its cookies, and sends exactly the headers that it is told to. */
export class AdminClient {
  readonly #url: string;
  readonly #cookies = new Map<string, string>();

  constructor(url: string, cookie = "") {
    this.#url = url;
    this.#keep(cookie);
  }

  /** All cookies, as they are sent. */
  get cookie(): string {
    return [...this.#cookies].map((pair) => pair.join("=")).join("; ");
  }

  /** Another visitor with the same cookies, as one who has copied them; perhaps at another gateway. */
  copy(url = this.#url): AdminClient {
    return new AdminClient(url, this.cookie);
  }

  /** Opens the newest sign-in link that a gateway has shown, here. */
  async signIn(gateway: AppProcess): Promise<Exchange> {
    const { pathname, search } = new URL(newestSignInLink(gateway));
    return this.get(pathname + search);
  }

  get(path: string, headers: Record<string, string> = {}) {
    return this.#send("GET", path, { accept: "text/html", ...headers });
  }

  post(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ) {
    const form = {
      accept: "text/html",
      "content-type": "application/x-www-form-urlencoded",
    };
    const body = new URLSearchParams(fields).toString();
    return this.#send("POST", path, { ...form, ...headers }, body);
  }

  put(path: string, headers: Record<string, string> = {}) {
    return this.#send("PUT", path, { accept: "application/json", ...headers });
  }

  logIn(password: string, username = "admin") {
    return this.post("/admin/login", { username, password });
  }

  /** Confirms an action as a person would: reads the page and sends its form. */
  async act(action: string, target = ""): Promise<Exchange> {
    const query = new URLSearchParams({ action, target });
    const { text } = await this.get(`/admin/confirm?${query}`);
    const token = /name="token" value="([^"]+)"/.exec(text)?.[1] ?? "";
    return this.post(`/admin/actions/${action}`, { token, target });
  }

  async #send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body = "",
  ): Promise<Exchange> {
    const own = this.cookie;
    const cookie = own === "" ? {} : { cookie: own };
    const options = { method, headers: { ...cookie, ...headers } };
    const answer = await exchange(`${this.#url}${path}`, options, body);
    for (const given of [answer.headers["set-cookie"] ?? []].flat()) {
      this.#keep(given.split(";")[0] ?? "");
    }
    return answer;
  }

  #keep(pairs: string): void {
    for (const pair of pairs.split("; ")) {
      const [name = "", value = ""] = pair.split("=");
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}
