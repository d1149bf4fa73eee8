import type { Request } from "express";

/** What a client lets the response cache do with its request. */
export type CachePolicy = {
  /** Whether an answer that was given before will do. */
  readonly mayRead: boolean;
  /** Whether the answer may be given to others. */
  readonly mayKeep: boolean;
};

/** Reads `Cache-Control`: `no-cache` wants a fresh answer, `no-store` also one that is not kept. */
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
