import { z } from "zod";
import type { UpstreamAnswer } from "./client.ts";

const scalar = z.union([z.string(), z.number()]).transform(String);

// Lenient on purpose: a field of an unexpected type counts as absent.
const errorSchema = z.object({
  message: z.string().catch(""),
  code: z.coerce.number().optional().catch(undefined),
  metadata: z
    .object({
      headers: z.record(z.string(), scalar).optional().catch(undefined),
      limit_source: z.string().optional().catch(undefined),
      provider_name: z.string().nullish().catch(undefined),
      raw: z.string().optional().catch(undefined),
      retry_after_seconds: z.number().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

const answerSchema = z.object({
  error: errorSchema.optional().catch(undefined),
  // The family of /responses puts the error here.
  response: z
    .object({ error: errorSchema.optional().catch(undefined) })
    .optional()
    .catch(undefined),
  choices: z
    .array(z.object({ error: errorSchema.optional().catch(undefined) }))
    .optional()
    .catch(undefined),
});

/** The parts of OpenRouter's error envelope that decide anything. */
export type ErrorDetails = {
  readonly message: string;
  /** Headers repeated in the body, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly limitSource: string | undefined;
  readonly isFromProvider: boolean;
  readonly retryAfterMs: number | undefined;
};

const nothing: ErrorDetails = {
  message: "",
  headers: {},
  limitSource: undefined,
  isFromProvider: false,
  retryAfterMs: undefined,
};

/** Reads an error body; one that is not OpenRouter's gives empty details. */
export function readErrorDetails(body: Buffer): ErrorDetails {
  const error = parseAnswer(body.toString())?.error;
  return error ? toDetails(error) : nothing;
}

/**
 * Finds an error inside a 200: an `error` object in the body or in its first
 * choice, white space only, or something that is not JSON.
 */
export function findEmbeddedError(
  answer: UpstreamAnswer,
): (ErrorDetails & { status: number }) | undefined {
  const text = answer.body.toString();
  const isWhole = text.trimEnd().endsWith("}");
  // Parsing every answer would be wasteful: most say nothing of an error.
  if (isWhole && !text.includes('"error"')) return undefined;

  const parsed = parseAnswer(text);
  if (!parsed) return { ...nothing, status: 502 };
  const error =
    parsed.error ??
    parsed.response?.error ??
    parsed.choices?.find((choice) => choice.error)?.error;
  if (!error) return undefined;
  const status =
    error.code && error.code >= 400 && error.code < 600 ? error.code : 502;
  return { ...toDetails(error), status };
}

function parseAnswer(text: string) {
  try {
    return answerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function toDetails(error: z.output<typeof errorSchema>): ErrorDetails {
  const { message, metadata } = error;
  const seconds = metadata?.retry_after_seconds;
  return {
    message,
    headers: Object.fromEntries(
      Object.entries(metadata?.headers ?? {}).map(([name, value]) => [
        name.toLowerCase(),
        value,
      ]),
    ),
    limitSource: metadata?.limit_source,
    isFromProvider: Boolean(metadata?.provider_name ?? metadata?.raw),
    retryAfterMs: seconds === undefined ? undefined : seconds * 1_000,
  };
}
