import type { ResolvedSettings } from "./settings.ts";

type SizeSettings = Pick<
  ResolvedSettings,
  "chunks" | "chunkBytes" | "responseBytes"
>;

const DEFAULT_PIECES = 4;

/** The content of a plain answer: an echo, filled up with `x` (or cut) to `responseBytes`. */
export function buildContent(
  prompt: string,
  { responseBytes }: Pick<SizeSettings, "responseBytes">,
): string {
  const echo = `echo: ${prompt}`;
  if (responseBytes === null) return echo;
  return echo.padEnd(responseBytes, "x").slice(0, responseBytes);
}

/** The content events of a stream: `tok<i> ` with `chunks` set, else the plain content in pieces. */
export function splitContent(content: string, sizes: SizeSettings): string[] {
  const { chunks, chunkBytes } = sizes;
  if (chunks !== null) {
    const width = (chunkBytes ?? 1) - 1;
    return Array.from(
      { length: chunks },
      (_, index) => `${`tok${index}`.padEnd(width, "x")} `,
    );
  }
  // By code points: a surrogate pair cut in two would not survive UTF-8.
  const points = Array.from(content);
  const size = chunkBytes ?? Math.ceil(points.length / DEFAULT_PIECES);
  const pieces: string[] = [];
  for (let start = 0; start < points.length; start += size) {
    pieces.push(points.slice(start, start + size).join(""));
  }
  return pieces;
}

/** The whole content that a stream delivers. */
export function predictStreamContent(
  prompt: string,
  sizes: SizeSettings,
): string {
  return splitContent(buildContent(prompt, sizes), sizes).join("");
}
