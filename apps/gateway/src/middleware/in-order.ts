import type { NextFunction, Request, RequestHandler, Response } from "express";

/**
 * Makes one handler of several, which run one after the other. It does what a `Router` does with handlers
 * that all have the same path, without looking for their paths on every request.
 */
export function inOrder(handlers: readonly RequestHandler[]): RequestHandler {
  return (request, response, done) => {
    let at = 0;
    function next(error?: unknown): void {
      const handler = error ? undefined : handlers[at];
      at += 1;
      if (handler) run(handler, request, response, next);
      else done(error);
    }
    next();
  };
}

/** An error goes to `next`, thrown or rejected. */
function run(
  handler: RequestHandler,
  request: Request,
  response: Response,
  next: NextFunction,
): void {
  try {
    const result: unknown = handler(request, response, next);
    if (result instanceof Promise) result.catch(fail);
  } catch (error) {
    fail(error);
  }

  /** Whatever was thrown is an error. */
  function fail(error: unknown): void {
    next(error || new Error("A handler failed without a reason"));
  }
}
