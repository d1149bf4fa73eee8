import { randomUUID } from "node:crypto";
import type { NextFunction, Request, Response } from "express";
import { requestHeaders } from "../completions/request-headers.ts";

/** Gives each request an id, the client's own where it is fit, and sends it back. */
export function requestId(
  request: Request,
  response: Response,
  next: NextFunction,
): void {
  const given = requestHeaders["X-Request-Id"].safeParse(
    request.get("x-request-id"),
  );
  const id = given.success ? given.data : `req_${randomUUID()}`;
  response.locals.requestId = id;
  response.set("X-Request-Id", id);
  next();
}

/** The id of the request that this response answers. */
export function requestIdOf(response: Response): string {
  return String(response.locals.requestId);
}
