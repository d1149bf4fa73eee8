import type { Request } from "express";
import { GatewayError } from "../errors/gateway-error.ts";

/** A range of bytes; both ends are inclusive and counted from 0. */
type ByteRange = { readonly start: number; readonly end: number };

/** Identifies one state of a content, for `If-Range`. */
type Validators = { readonly etag: string; readonly modifiedAt: number };

/**
 * Reads which bytes a request asks for. Like most servers it serves the whole content when several
 * ranges are requested, or when `Range` is malformed.
 *
 * @returns undefined for the whole content.
 * @throws {GatewayError} `range-not-satisfiable`.
 */
export function requestedRange(
  request: Request,
  bytes: number,
  validators: Validators,
): ByteRange | undefined {
  if (!isRangeFresh(request.get("if-range"), validators)) return undefined;
  // Express delegates to `range-parser`: -1 is unsatisfiable, -2 is malformed.
  const ranges = request.range(bytes, { combine: true });
  if (ranges === -1) {
    throw new GatewayError(
      "range-not-satisfiable",
      `The content has ${bytes} bytes`,
      { headers: { "Content-Range": `bytes */${bytes}` } },
    );
  }
  if (ranges === undefined || ranges === -2 || ranges.type !== "bytes") {
    return undefined;
  }
  const [range] = ranges;
  return ranges.length === 1 ? range : undefined;
}

/** Whether the range may be served: the client has a part of the same content, or states no validator. */
function isRangeFresh(
  ifRange: string | undefined,
  { etag, modifiedAt }: Validators,
): boolean {
  if (ifRange === undefined) return true;
  // A weak validator does not allow ranges (RFC 9110, 13.1.5).
  if (ifRange.includes('"')) return ifRange.trim() === etag;
  return Math.floor(modifiedAt / 1_000) * 1_000 <= Date.parse(ifRange);
}
