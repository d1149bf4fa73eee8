import type { Request, Response } from "express";
import { readHeader } from "./request-headers.ts";

/** White space is allowed before JSON and means nothing. */
const whitespace = "\n";

const headers = {
  "content-type": "application/json; charset=utf-8",
  // nginx would hold it back otherwise.
  "x-accel-buffering": "no",
};

/**
 * Reads `X-Keep-Alive: whitespace`, by which the client of a plain request asks for
 * a sign of life while it waits.
 *
 * @throws {GatewayError} `invalid-request`.
 */
export function wantsWhitespace(request: Request): boolean {
  return readHeader(request, "X-Keep-Alive") !== undefined;
}

/**
 * Sends white space now and then, so that no proxy closes a line on which nothing
 * happens. With the first of it the status is 200, whatever comes: errors can then
 * only be told in the body, as OpenRouter does it.
 *
 * @returns a function that ends it.
 */
export function whitespaceWhileWaiting(
  response: Response,
  intervalMs: number,
): () => void {
  const timer = setInterval(() => {
    if (response.destroyed) return;
    if (!response.headersSent) response.status(200).set(headers);
    response.locals.awaitsBody = true;
    response.write(whitespace);
  }, intervalMs);
  return () => clearInterval(timer);
}

/** Whether a response has nothing but white space so far. */
export function awaitsBody(response: Response): boolean {
  return response.locals.awaitsBody === true;
}
