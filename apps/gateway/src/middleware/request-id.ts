import { randomUUID } from "node:crypto";
import type { NextFunction, Request, Response } from "express";

const acceptable = /^[\w.:-]{1,128}$/;

/** Gives each request an id, the client's own where it is fit, and sends it back. */
export function requestId(
  request: Request,
  response: Response,
  next: NextFunction,
): void {
  const given = request.get("x-request-id");
  const id = given && acceptable.test(given) ? given : `req_${randomUUID()}`;
  response.locals.requestId = id;
  response.set("X-Request-Id", id);
  next();
}

/** The id of the request that this response answers. */
export function requestIdOf(response: Response): string {
  return String(response.locals.requestId);
}
