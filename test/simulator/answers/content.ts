import type { AnswerFlaw } from "../faults/faults.ts";
import type { CompletionRequest } from "../request.ts";
import type { ResolvedSettings } from "../settings.ts";
import { buildExample } from "./json-content.ts";

type SizeSettings = Pick<
  ResolvedSettings,
  "chunks" | "chunkBytes" | "responseBytes"
>;

const DEFAULT_PIECES = 4;
const WRONG_SCHEMA = '{"unexpected":true}';

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

type Content = {
  content: string;
  /** The same, event by event, for a stream. */
  pieces: string[];
  /** Whether it ends before its end. */
  isCut: boolean;
};

function buildJson({ prompt, needs: { form } }: CompletionRequest): string {
  const schema = form.kind === "schema" ? form.schema : undefined;
  return JSON.stringify(buildExample(schema, `echo: ${prompt}`));
}

function half<T>(whole: ArrayLike<T>): number {
  return Math.ceil(whole.length / 2);
}

/** What a model says to a request: the echo, or JSON if that is asked for, but for a flaw. */
export function composeContent(
  request: CompletionRequest,
  sizes: SizeSettings,
  flaw: AnswerFlaw | undefined,
): Content {
  const isText = flaw === "text" || request.needs.form.kind === "text";
  const usual = isText
    ? buildContent(request.prompt, sizes)
    : buildJson(request);
  // A large plain answer is never taken apart.
  const split = request.stream ? splitContent : () => [];
  switch (flaw) {
    case "empty":
      return { content: "", pieces: [], isCut: false };
    case "cut": {
      const pieces = split(usual, sizes);
      return {
        content: usual.slice(0, half(usual)).toWellFormed(),
        pieces: pieces.slice(0, half(pieces)),
        isCut: true,
      };
    }
    case "wrong-schema": {
      const pieces = split(WRONG_SCHEMA, { ...sizes, chunks: null });
      return { content: WRONG_SCHEMA, pieces, isCut: false };
    }
    default:
      return { content: usual, pieces: split(usual, sizes), isCut: false };
  }
}

/** The whole content that a stream delivers. */
export function predictStreamContent(
  prompt: string,
  sizes: SizeSettings,
): string {
  return splitContent(buildContent(prompt, sizes), sizes).join("");
}
