import { createHash } from "node:crypto";
import type { Request, Response } from "express";
import { readHeader } from "../requests/request-headers.ts";

/** Identifies an idempotent request. */
export type IdempotencyKey = {
  /** Digest of the client and the key that it chose. */
  readonly key: string;
  /** Digest of the request: the same key with another request is an error. */
  readonly fingerprint: string;
};

/**
 * Reads `Idempotency-Key`.
 *
 * @throws {GatewayError} `invalid-request`.
 */
export function readIdempotencyKey(
  request: Request,
  response: Response,
  what: { path: string; body: Buffer },
): IdempotencyKey | undefined {
  const given = readHeader(request, "Idempotency-Key");
  if (given === undefined) return undefined;
  return {
    key: `idempotency:${digest(response.locals.context.client ?? "", given)}`,
    fingerprint: digest(what.path, what.body),
  };
}

function digest(...parts: (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex");
}
