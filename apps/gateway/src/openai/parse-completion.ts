import { z } from "zod";
import { GatewayError } from "./gateway-error.ts";

const model = z.string().min(1);

/** What the gateway must know of a body; everything else passes unread. */
const chatCompletionSchema = z
  .looseObject({
    model: model.optional(),
    models: z.array(model).min(1).optional(),
    messages: z.array(z.unknown()).min(1),
    stream: z.boolean().nullish(),
  })
  .refine((body) => body.model !== undefined || body.models !== undefined, {
    path: ["model"],
    error: "is required (or `models`)",
  });

/** A body that was checked; `text` is what the client sent, byte for byte. */
export type ParsedCompletion = {
  readonly text: string;
  /** The model that is asked for first. */
  readonly model: string;
  readonly isStream: boolean;
};

// BOM kept, so that decoding and encoding again gives the same bytes.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Checks the body of a chat completion.
 *
 * @throws {GatewayError} `invalid-request`, saying what is wrong.
 */
export function parseChatCompletion(bytes: Buffer): ParsedCompletion {
  const text = decode(bytes);
  const parsed = chatCompletionSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `\`${issue.path.join(".") || "body"}\`: ${issue.message}`,
    );
    throw new GatewayError("invalid-request", problems.join("; "));
  }
  const { data } = parsed;
  return {
    text,
    model: data.model ?? data.models?.[0] ?? "",
    isStream: data.stream === true,
  };
}

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new GatewayError("invalid-request", "The body is not valid UTF-8", {
      cause,
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = text.trim() === "" ? "is empty" : "is not valid JSON";
    throw new GatewayError("invalid-request", `The body ${why}`, { cause });
  }
}
