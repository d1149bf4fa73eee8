import type { ClientObject } from "@openrouter-free-pool/shared/api/client-object";
import type { UsageObject } from "@openrouter-free-pool/shared/api/usage-object";
import { type Answer, send } from "./send.ts";

/** Password of the gateways that tests of clients start. */
export const operatorPassword = "correct horse battery";

/** Headers of HTTP Basic. */
export function basicHeaders(
  name: string,
  password: string,
): { authorization: string } {
  return { authorization: `Basic ${btoa(`${name}:${password}`)}` };
}

/** Headers of a program with the operator's password. */
export const operatorHeaders = basicHeaders("admin", operatorPassword);

type IssuedClient = ClientObject & { readonly key: string };

/** The operator's part of a gateway's API. */
export type Operator = {
  request(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Makes a client. @returns it with its key. */
  create(name: string, settings?: object): Promise<IssuedClient>;
  usage(query: string): Promise<UsageObject>;
};

/** Builds {@link Operator}. */
export function operatorOf(url: string): Operator {
  async function request(method: string, path: string, body?: unknown) {
    return send(`${url}/api/v1${path}`, {
      method,
      headers: {
        ...operatorHeaders,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
  return {
    request,
    async create(name, settings = {}) {
      const answer = await request("POST", "/clients", { name, ...settings });
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
      return answer.body as IssuedClient;
    },
    async usage(query) {
      return (await request("GET", `/usage?${query}`)).body as UsageObject;
    },
  };
}

/** Headers of a client with a key. */
export function withKey(key: string): { authorization: string } {
  return { authorization: `Bearer ${key}` };
}
