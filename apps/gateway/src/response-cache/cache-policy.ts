import type { Request } from "express";

/** What a client allows the response cache to do. */
export type CachePolicy = {
  /** Whether an earlier answer may be used. */
  readonly mayRead: boolean;
  /** Whether the answer may be kept for other requests. */
  readonly mayKeep: boolean;
};

/** Reads `Cache-Control`: `no-cache` asks for a fresh answer, `no-store` also that it is not kept. */
export function readCachePolicy(request: Request): CachePolicy {
  const directives = (request.get("cache-control") ?? "")
    .toLowerCase()
    .split(",")
    .map((directive) => directive.trim());
  const mayKeep = !directives.includes("no-store");
  const wantsFresh =
    directives.includes("no-cache") || directives.includes("max-age=0");
  return { mayRead: mayKeep && !wantsFresh, mayKeep };
}
