import { z } from "zod";

const scalar = z.union([z.string(), z.number()]).transform(String);
const text = z.string().catch("");
const codeSchema = z.union([z.string(), z.number()]).transform(String);

// Lenient on purpose: a field of an unexpected type counts as absent.
const errorSchema = z.object({
  message: text,
  detail: text,
  code: codeSchema.optional().catch(undefined),
  status: codeSchema.optional().catch(undefined),
  type: z.string().optional().catch(undefined),
  metadata: z
    .object({
      headers: z.record(z.string(), scalar).optional().catch(undefined),
      limit_source: z.string().optional().catch(undefined),
      error_type: z.string().optional().catch(undefined),
      provider_name: z.string().nullish().catch(undefined),
      raw: z.string().optional().catch(undefined),
      retry_after_seconds: z.number().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

/** The parts of an error that classification uses. */
export type ErrorDetails = {
  readonly message: string;
  /** Codes, types and statuses that the error names, as text: `429`, `rate_limit_exceeded`. */
  readonly codes: readonly string[];
  /** Headers repeated in the body, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly limitSource: string | undefined;
  readonly isFromProvider: boolean;
  readonly retryAfterMs: number | undefined;
};

/** An error that has at most a message. */
export function bareError(message = ""): ErrorDetails {
  return {
    message,
    codes: [],
    headers: {},
    limitSource: undefined,
    isFromProvider: false,
    retryAfterMs: undefined,
  };
}

/** Reads an error as it stands in a body: OpenRouter's object, a text, or a list of them. */
export function toErrorDetails(error: unknown): ErrorDetails {
  if (typeof error === "string") return bareError(error);
  if (Array.isArray(error)) return toErrorDetails(error[0]);
  const parsed = errorSchema.safeParse(error);
  if (!parsed.success) return bareError();
  const { message, detail, code, status, type, metadata } = parsed.data;
  const seconds = metadata?.retry_after_seconds;
  const isStated = seconds !== undefined && seconds >= 0;
  return {
    message: message || detail,
    codes: [code, status, metadata?.error_type, type].filter(
      (named) => named !== undefined,
    ),
    headers: Object.fromEntries(
      Object.entries(metadata?.headers ?? {}).map(([name, value]) => [
        name.toLowerCase(),
        value,
      ]),
    ),
    limitSource: metadata?.limit_source,
    isFromProvider: Boolean(metadata?.provider_name ?? metadata?.raw),
    retryAfterMs: isStated ? seconds * 1_000 : undefined,
  };
}
