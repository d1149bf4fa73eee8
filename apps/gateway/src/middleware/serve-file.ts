import { fileURLToPath } from "node:url";
import type { RequestHandler } from "express";

/**
 * Serves one file of ours. It may be in a folder whose name begins with a dot, which Express
 * refuses by default: such a folder is a place of installation, not a part of the request.
 */
export function serveFile(url: string | URL): RequestHandler {
  const file = fileURLToPath(url);
  return (_request, response) => {
    response.sendFile(file, { dotfiles: "allow", etag: true });
  };
}
