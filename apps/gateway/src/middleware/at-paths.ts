import type { RequestHandler, Router } from "express";

/** A handler that says what it serves, as Express's own routers do. */
type MountedRouter = RequestHandler & {
  readonly mounted: {
    readonly paths: readonly string[];
    readonly router: Router;
  };
};

/**
 * Serves some paths, and nothing below them, with a router whose own path is `/`. It costs
 * one look, where Express tries each of its routes in turn.
 */
export function atPaths(
  paths: readonly string[],
  router: Router,
): MountedRouter {
  const served = new Set(paths);
  const handle: RequestHandler = (request, response, next) => {
    const { path, url, baseUrl } = request;
    if (!served.has(path) && !served.has(toUsual(path))) return next();
    // As Express does it for what is mounted somewhere.
    request.baseUrl = path;
    request.url = `/${url.slice(path.length)}`;
    router(request, response, (error?: unknown) => {
      Object.assign(request, { url, baseUrl });
      next(error);
    });
  };
  return Object.assign(handle, { mounted: { paths, router } });
}

/** Express takes capitals, and a slash at the end, for nothing. */
function toUsual(path: string): string {
  return path.toLowerCase().replace(/\/$/, "");
}
