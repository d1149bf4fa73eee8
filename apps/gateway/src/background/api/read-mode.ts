import type { JsonRange } from "@openrouter-free-pool/shared/json/scan-json";
import type { Request } from "express";
import type { Dialect } from "../../dialects/dialect.ts";
import type { CheckedBody } from "../../dialects/parse-body.ts";
import { responses } from "../../dialects/responses.ts";
import { GatewayError } from "../../errors/gateway-error.ts";
import type { BackgroundKind } from "../records/background-record.ts";

/**
 * Whether a client wants to collect its answer later: by `background: true` of OpenAI's
 * Responses API, or by `Prefer: respond-async` (RFC 7240). undefined: it waits.
 *
 * @throws {GatewayError} `invalid-request` when it wants a stream as well.
 */
export function readMode(
  request: Request,
  checked: CheckedBody,
  dialect: Dialect,
): BackgroundKind | undefined {
  const isBackground =
    dialect === responses && checked.fields.background === true;
  const preferences = (request.get("prefer") ?? "").split(/[,;]/);
  const isAsync = preferences.some(
    (preference) => preference.trim().toLowerCase() === "respond-async",
  );
  if (!isBackground && !isAsync) return undefined;
  if (checked.isStream) {
    const asked = isBackground ? "background" : "Prefer: respond-async";
    throw new GatewayError(
      "invalid-request",
      `\`stream\`: cannot be true with ${asked}: a stream needs a client that waits`,
    );
  }
  return isBackground ? "response" : "request";
}

/** The body with `background: false`: OpenRouter answers at once, and the gateway keeps the answer. */
export function withoutBackground(
  body: Buffer,
  members: ReadonlyMap<string, JsonRange>,
): Buffer {
  const range = members.get("background");
  if (range?.kind !== "boolean") return body;
  return Buffer.concat([
    body.subarray(0, range.start),
    Buffer.from("false"),
    body.subarray(range.end),
  ]);
}
