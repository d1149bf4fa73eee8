import type { Request, RequestHandler, Response } from "express";
import { type ClientKey, findClient } from "../clients/client-keys.ts";
import { GatewayError } from "../errors/gateway-error.ts";

/** Lets only those in who have a key; anybody when there are no keys. */
export function authenticate(keys: readonly ClientKey[]): RequestHandler {
  return (request, response, next) => {
    if (keys.length > 0) {
      response.locals.context.client = identify(keys, request);
    }
    next();
  };
}

/** The name of the client that this response goes to; undefined without client keys. */
export function clientOf(response: Response): string | undefined {
  return response.locals.context.client;
}

function identify(keys: readonly ClientKey[], request: Request): string {
  const given = givenKeys(request);
  for (const key of given) {
    const client = findClient(keys, key);
    if (client !== undefined) return client;
  }
  throw new GatewayError(
    "wrong-api-key",
    given.length === 0
      ? "An API key is required: Authorization: Bearer <key>"
      : "This API key is not known here",
    { headers: { "WWW-Authenticate": "Bearer" } },
  );
}

/** OpenAI's clients send a bearer token, Anthropic's a header of their own. */
function givenKeys(request: Request): string[] {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.get("authorization") ?? "");
  return [bearer?.[1], request.get("x-api-key")].filter(
    (key) => key !== undefined,
  );
}
