import type { ServerResponse } from "node:http";

/** Sets headers as they are given, where Express would complete them, and look up each media type to do so. */
export function setHeaders(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
): void {
  for (const name of Object.keys(headers)) {
    response.setHeader(name, headers[name] ?? "");
  }
}
