import { fileURLToPath } from "node:url";
import type { RequestHandler } from "express";

/**
 * Answers with one file of ours. It may be below a folder whose name begins with a
 * dot, which Express refuses by itself: what matters is where it is installed, not what is asked for.
 */
export function serveFile(url: string | URL): RequestHandler {
  const file = fileURLToPath(url);
  return (_request, response) => {
    response.sendFile(file, { dotfiles: "allow", etag: true });
  };
}
