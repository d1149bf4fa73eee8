import type { RequestHandler } from "express";

/**
 * While the process stops it still serves requests on open connections, and asks clients to close
 * each of them: a client's next request goes elsewhere.
 */
export function closeWhenStopping(isStopping: () => boolean): RequestHandler {
  return (_request, response, next) => {
    if (isStopping()) response.set("Connection", "close");
    next();
  };
}
