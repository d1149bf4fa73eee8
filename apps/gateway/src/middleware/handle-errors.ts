import { isOutOfMemory } from "@openrouter-free-pool/shared/redis/out-of-memory";
import { isRedisOutage } from "@openrouter-free-pool/shared/redis/redis-outage";
import type {
  ErrorRequestHandler,
  Request,
  RequestHandler,
  Response,
} from "express";
import type { Logger } from "pino";
import { toOpenAiError } from "../dialects/openai-error.ts";
import { GatewayError, toSeconds } from "../errors/gateway-error.ts";
import { redisDown, redisFull } from "../errors/refusals.ts";
import { letBodyPass } from "../http/let-body-pass.ts";
import { isStorageError, storageFailed } from "../storage/storage-error.ts";
import { suggestPath } from "./suggest-path.ts";

/** Shows an error to a person. @returns false when the client is a program. */
type ShowError = (response: Response, error: GatewayError) => boolean;

/** The only place where an error becomes a response: in the words of the request's API, or as a page. */
export function createHandleErrors(
  logger: Logger,
  showError: ShowError = () => false,
): ErrorRequestHandler {
  return async (thrown, request, response, _next) => {
    const error = toGatewayError(thrown);
    const { context } = response.locals;
    context.error = error.code;
    context.errorText ??= error.message;
    const { requestId } = context;
    if (error.code === "internal") {
      logger.error({ requestId, err: error }, "Unforeseen error");
    } else {
      // Where we refused it is of no interest; the cause may be.
      const { code: reason, message: why, cause: err } = error;
      logger.info({ requestId, reason, why, err }, "Refused a request");
    }

    await letBodyPass(request, response);
    if (!response.headersSent) {
      setHeaders(response, error);
      if (showError(response, error)) return;
    }
    const toErrorBody = context.dialect?.toErrorBody ?? toOpenAiError;
    const body = JSON.stringify(toErrorBody(error));
    if (!response.headersSent) response.status(error.status).type("json");
    else if (!context.awaitsBody) {
      response.destroy();
      return;
    }
    response.end(body);
  };
}

function setHeaders(response: Response, error: GatewayError): void {
  response.set(error.headers);
  if (error.retryAfterMs !== undefined) {
    response.set("Retry-After", String(toSeconds(error.retryAfterMs)));
  }
}

/** Refuses paths that no route has answered. */
export function refuseUnknownPath(request: Request, _response: Response): void {
  const meant = suggestPath(request.path);
  const hint = meant === undefined ? "" : `; did you mean ${meant}`;
  const path = request.path.slice(0, longestShownPath);
  throw new GatewayError("not-found", `There is nothing at ${path}${hint}`);
}

/** A refusal shows at most so many characters of a path. */
const longestShownPath = 200;

/** Refuses methods that a path does not support, and answers OPTIONS with those that it does. */
export function allowOnly(...methods: string[]) {
  return (request: Request, response: Response): void => {
    if (request.method === "OPTIONS") {
      response.status(204).set("Allow", methods.join(", ")).end();
      return;
    }
    throw new GatewayError(
      "method-not-allowed",
      `${request.method} is not allowed here`,
      { headers: { Allow: methods.join(", ") } },
    );
  };
}

const refuseAllButPost = allowOnly("POST");

/** The same for a path that supports `POST`, in front of its handler. */
export const postOnly: RequestHandler = (request, response, next) => {
  if (request.method === "POST") return next();
  refuseAllButPost(request, response);
};

function toGatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  if (isOutOfMemory(thrown)) return redisFull(thrown);
  if (isStorageError(thrown)) return storageFailed(thrown);
  // The connection was cut after the check that it was up.
  if (isRedisOutage(thrown)) return redisDown(thrown);
  return (
    readBodyError(thrown) ??
    new GatewayError("internal", "Internal error", { cause: thrown })
  );
}

/** Translates errors of Express's body reader and router, by their documented types and statuses. */
function readBodyError(thrown: unknown): GatewayError | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { type, status } = thrown as { type?: unknown; status?: unknown };
  const options = { cause: thrown };
  switch (type) {
    case "entity.too.large":
      return new GatewayError(
        "body-too-large",
        "The body is too large",
        options,
      );
    case "encoding.unsupported":
      return new GatewayError(
        "unsupported-media-type",
        "The body's Content-Encoding is not supported",
        options,
      );
  }
  return typeof status === "number" && status >= 400 && status < 500
    ? new GatewayError(
        "invalid-request",
        "The request could not be read",
        options,
      )
    : undefined;
}
