import type { JsonRange } from "./scan-json.ts";

/** The value of a JSON text; undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value at a position that a scan has found. */
export function parseRange(bytes: Buffer, { start, end }: JsonRange): unknown {
  return JSON.parse(bytes.toString("utf8", start, end));
}
