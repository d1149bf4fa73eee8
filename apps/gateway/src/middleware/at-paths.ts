import type { RequestHandler, Router } from "express";

/**
 * Serves some paths, and nothing below them, with a router whose own path is `/`. It costs
 * one look, where Express tries each of its routes in turn.
 */
export function atPaths(
  paths: readonly string[],
  router: Router,
): RequestHandler {
  const served = new Set(paths);
  return (request, response, next) => {
    const { path, url } = request;
    if (!served.has(path) && !served.has(toUsual(path))) return next();
    request.url = `/${url.slice(path.length)}`;
    router(request, response, (error?: unknown) => {
      request.url = url;
      next(error);
    });
  };
}

/** Express takes capitals, and a slash at the end, for nothing. */
function toUsual(path: string): string {
  return path.toLowerCase().replace(/\/$/, "");
}
