import { withoutMark } from "@openrouter-free-pool/shared/text/byte-order-mark";
import type { Request, RequestHandler } from "express";
import { GatewayError } from "../errors/gateway-error.ts";
import { quote } from "../errors/quote.ts";
import type { BodyBudget } from "./body-budget.ts";
import { HeldBody } from "./held-body.ts";
import { readBytes } from "./read-bytes.ts";

/**
 * Reads a JSON body as bytes: OpenRouter gets exactly what the client sent. The bytes are held
 * until the response is over, or nobody needs them any more.
 */
export function readJsonBody(
  limitBytes: number,
  budget: BodyBudget,
): RequestHandler {
  return async function readBody(request, response, next) {
    requireJson(request);
    const { bytes, account } = await readBytes(request, { limitBytes, budget });
    const body = new HeldBody(withoutMark(bytes), account.release);
    request.body = body;
    const letGo = body.hold();
    if (response.closed) letGo();
    else response.on("close", letGo);
    next();
  };
}

/** The body read by {@link readJsonBody}; empty when there was none. */
export function bodyOf(request: Request): HeldBody {
  return request.body instanceof HeldBody
    ? request.body
    : new HeldBody(Buffer.alloc(0));
}

function requireJson(request: Request): void {
  const given = request.get("content-type") ?? "";
  // Proxies that add a header that is present already turn it into a list.
  const types = given.split(",");
  if (types.every((type) => isJson.test(type))) return;
  throw new GatewayError(
    "unsupported-media-type",
    `Content-Type must be application/json, not ${given === "" ? "absent" : quote(given)}`,
  );
}

const isJson = /^\s*application\/([\w.-]+\+)?json\s*(;|$)/i;
