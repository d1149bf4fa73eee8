import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { Request, RequestHandler, Response } from "express";
import type { ClientDirectory } from "../clients/directory/client-directory.ts";
import { type Client, stateOf } from "../clients/records/client.ts";
import { GatewayError } from "../errors/gateway-error.ts";
import { redisDown } from "../errors/refusals.ts";

/** The clients, as far as this gateway knows them. */
type Clients = {
  readonly directory: ClientDirectory;
  /** Waits until the clients have been read once. @returns whether they are known. */
  readonly untilKnown: () => Promise<boolean>;
  readonly clock: RedisClock;
};

/** Lets only requests with a valid key through; all of them when no keys are required. */
export function authenticate(clients: Clients): RequestHandler {
  const { directory } = clients;

  function letIn(request: Request, response: Response): void {
    if (directory.requiresKey) identify(clients, givenKeys(request), response);
  }
  /** Clients of the environment need not wait for Redis. */
  async function waitForClients(request: Request): Promise<void> {
    if (findClient(directory, givenKeys(request))) return;
    if (!(await clients.untilKnown())) throw redisDown();
  }

  return (request, response, next) => {
    if (directory.isKnown) {
      letIn(request, response);
      return next();
    }
    return waitForClients(request).then(() => {
      letIn(request, response);
      next();
    });
  };
}

/** The id of the client that sent the request; undefined without client keys. */
export function clientOf(response: Response): string | undefined {
  return response.locals.context.client;
}

function identify(
  { directory, clock }: Clients,
  given: readonly string[],
  response: Response,
): void {
  const client = findClient(directory, given);
  if (!client) throw refuse("wrong-api-key", describeWrong(given));
  const state = stateOf(client, clock.now());
  if (state === "disabled") {
    throw refuse("client-disabled", "This API key is disabled");
  }
  if (state === "expired") {
    throw refuse("client-expired", "This API key has expired");
  }
  const { context } = response.locals;
  context.client = client.id;
  context.caller = client;
}

function findClient(
  directory: ClientDirectory,
  given: readonly string[],
): Client | undefined {
  for (const key of given) {
    const client = directory.findByKey(key);
    if (client) return client;
  }
  return undefined;
}

function describeWrong(given: readonly string[]): string {
  return given.length === 0
    ? "An API key is required: Authorization: Bearer <key>"
    : "This API key is not known here";
}

function refuse(
  code: "wrong-api-key" | "client-disabled" | "client-expired",
  message: string,
): GatewayError {
  return new GatewayError(code, message, {
    headers: { "WWW-Authenticate": "Bearer" },
  });
}

/** OpenAI's clients send a bearer token, Anthropic's a header of its own. */
function givenKeys(request: Request): string[] {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.get("authorization") ?? "");
  return [bearer?.[1], request.get("x-api-key")].filter(
    (key) => key !== undefined,
  );
}
