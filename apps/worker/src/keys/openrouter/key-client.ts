import {
  createDispatcher,
  type ProxySettings,
} from "@openrouter-free-pool/shared/http/create-dispatcher";
import { parseJson } from "@openrouter-free-pool/shared/json/parse-json";
import { memberOf } from "../../answer/event-text.ts";
import { describeConnectionFailure } from "./connection-failure.ts";
import { type KeyFacts, readKeyFacts } from "./key-facts.ts";

/** The answer to a probe of a key. */
export type KeyAnswer = {
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** Present when the key is usable. */
  readonly facts: KeyFacts | undefined;
  /** Why there was no answer. */
  readonly failure?: string;
};

/** Probes keys, over connections of its own: it never takes one from a request. */
export type KeyClient = {
  /** Asks for a key's own state; no answer is an expected outcome. */
  ask(secret: string): Promise<KeyAnswer>;
  close(): Promise<void>;
};

const timeoutMs = 10_000;
/** What takes a key out of use: believed only in OpenRouter's own form, not as the page of a proxy in between. */
const refusals: ReadonlySet<number> = new Set([401, 402, 403]);

/** Opens connections as they are needed, at most `connections` at a time. */
export function createKeyClient(options: {
  baseUrl: string;
  connections: number;
  proxy: ProxySettings;
}): KeyClient {
  const base = new URL(options.baseUrl);
  const dispatcher = createDispatcher(options.proxy, {
    connections: options.connections,
  });

  async function ask(secret: string): Promise<KeyAnswer> {
    try {
      const response = await dispatcher.request({
        origin: base.origin,
        method: "GET",
        path: `${base.pathname}/key`,
        headers: { authorization: `Bearer ${secret}` },
        signal: AbortSignal.timeout(timeoutMs),
      });
      const body = await response.body.text();
      const status = response.statusCode;
      const told = memberOf(parseJson(body), "error");
      if (refusals.has(status) && told === undefined) {
        const failure = `status ${status} with a page that is not OpenRouter's`;
        return { status: undefined, facts: undefined, failure };
      }
      const facts = status === 200 ? readKeyFacts(body) : undefined;
      return { status, facts };
    } catch (error) {
      const failure = describeConnectionFailure(base.host, error);
      return { status: undefined, facts: undefined, failure };
    }
  }

  return { ask, close: () => dispatcher.destroy() };
}
