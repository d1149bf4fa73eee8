import express, {
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from "express";
import { GatewayError } from "../gateway-error.ts";

/** Reads a JSON body as bytes: what goes on to OpenRouter is what the client sent. */
export function readJsonBody(limitBytes: number): RequestHandler[] {
  return [requireJson, express.raw({ type: () => true, limit: limitBytes })];
}

/** The bytes read by {@link readJsonBody}; empty when there was no body. */
export function bodyOf(request: Request): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

function requireJson(
  request: Request,
  _response: Response,
  next: NextFunction,
): void {
  const type = request.get("content-type") ?? "";
  if (!/^\s*application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)) {
    throw new GatewayError(
      "unsupported-media-type",
      `Content-Type must be application/json, not ${type === "" ? "absent" : JSON.stringify(type)}`,
    );
  }
  next();
}
