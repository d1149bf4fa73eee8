import { GatewayError } from "../gateway-error.ts";
import type { Family, KnownFields } from "./family.ts";

/** What a checked body says. */
export type CheckedBody = {
  readonly fields: KnownFields;
  /** The model that is asked for first. */
  readonly model: string;
  readonly isStream: boolean;
};

/** A body that was checked; `text` is what the client sent, byte for byte. */
export type ParsedBody = CheckedBody & { readonly text: string };

// BOM kept, so that decoding and encoding again gives the same bytes.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads a body and checks it as its family demands.
 *
 * @throws {GatewayError} `invalid-request`, saying what is wrong.
 */
export function parseBody(bytes: Buffer, family: Family): ParsedBody {
  const text = decode(bytes);
  return { text, ...checkBody(parseJson(text), family) };
}

/**
 * Checks a body that has been parsed already.
 *
 * @throws {GatewayError} `invalid-request`, saying what is wrong.
 */
export function checkBody(body: unknown, family: Family): CheckedBody {
  const parsed = family.schema.safeParse(body);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `\`${issue.path.join(".") || "body"}\`: ${issue.message}`,
    );
    throw new GatewayError("invalid-request", problems.join("; "));
  }
  const fields = parsed.data;
  const isStream = fields.stream === true;
  if (isStream && !family.canStream) {
    throw new GatewayError("invalid-request", "`stream`: cannot be true here");
  }
  const model = fields.model ?? fields.models?.[0] ?? "";
  return { fields, model, isStream };
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
