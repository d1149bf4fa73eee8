import type { Request } from "express";
import type { Credentials } from "./credentials.ts";

/** The name and password of HTTP Basic, as programs send them; undefined without. */
export function readBasicCredentials(
  request: Request,
): Credentials | undefined {
  const header = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(
    request.get("authorization") ?? "",
  );
  if (!header?.[1]) return undefined;
  const text = Buffer.from(header[1], "base64").toString();
  const colon = text.indexOf(":");
  if (colon < 0) return undefined;
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
