import type { RequestHandler } from "express";

/** A handler that names the paths that it serves. */
type PathsHandler = RequestHandler & { readonly paths: readonly string[] };

/**
 * Serves some exact paths. It costs one map look-up for all of them, where Express would try each of
 * its routes in turn.
 */
export function atPaths(
  handlers: ReadonlyMap<string, RequestHandler>,
): PathsHandler {
  const handle: RequestHandler = (request, response, next) => {
    const { path } = request;
    const handler = handlers.get(path) ?? handlers.get(toUsual(path));
    if (handler) handler(request, response, next);
    else next();
  };
  return Object.assign(handle, { paths: [...handlers.keys()] });
}

/** Like Express, ignores case and a slash at the end. */
function toUsual(path: string): string {
  return path.toLowerCase().replace(/\/$/, "");
}
