import type { Request, Response } from "express";

/** A cookie of the admin pages. */
export type AdminCookie = {
  readonly name: string;
  readonly path: string;
  readonly lifeMs: number;
};

/** The cookie's text; empty when there is none. */
export function readCookie(request: Request, { name }: AdminCookie): string {
  const pairs = (request.get("cookie") ?? "").split(/;\s*/);
  const own = pairs.find((pair) => pair.startsWith(`${name}=`));
  return own?.slice(name.length + 1) ?? "";
}

/** Sets a cookie that scripts and other sites cannot use. */
export function setCookie(
  request: Request,
  response: Response,
  { name, path, lifeMs }: AdminCookie,
  value: string,
): void {
  response.cookie(name, value, {
    httpOnly: true,
    sameSite: "lax",
    // Behind a proxy that terminates TLS, this is known only with TRUST_PROXY.
    secure: request.secure,
    path,
    maxAge: lifeMs,
  });
}
