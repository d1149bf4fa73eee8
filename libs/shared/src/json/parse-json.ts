import type { JsonRange } from "./scan-json.ts";

/** What a text is as JSON; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value that stands at a place which a scan has found. */
export function parseRange(bytes: Buffer, { start, end }: JsonRange): unknown {
  return JSON.parse(bytes.toString("utf8", start, end));
}
