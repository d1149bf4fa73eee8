import cors from "cors";
import type { Request, RequestHandler } from "express";
import { responseHeaders } from "../requests/response-headers.ts";
import { foreignOrigin } from "./guard-origins.ts";
import { isAllowedOrigin, type WebAccess } from "./web-access.ts";

/** Headers of an answer that a web page may read in addition to the usual ones. */
const exposedHeaders = [...Object.keys(responseHeaders), "Retry-After"];
const preflightSeconds = 600;

/**
 * Lets web pages of CORS_ORIGINS read our answers, and answers their browsers' preflights. A
 * preflight has no key, so this comes before keys are checked.
 */
export function allowOrigins(access: WebAccess): RequestHandler {
  const isOpen = access.corsOrigins.includes("*");
  const addHeaders = cors({
    origin: isOpen ? "*" : [...access.corsOrigins],
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    exposedHeaders,
    maxAge: preflightSeconds,
  });
  return (request, response, next) => {
    const isPreflight = isPreflightRequest(request);
    if (isPreflight && !isAllowedOrigin(request.get("origin"), access)) {
      throw foreignOrigin();
    }
    // Any other OPTIONS asks for the methods of a path; its route answers.
    const isForUs = isPreflight || request.method !== "OPTIONS";
    if (access.corsOrigins.length === 0 || !isForUs) return next();
    addHeaders(request, response, next);
  };
}

function isPreflightRequest(request: Request): boolean {
  return (
    request.method === "OPTIONS" &&
    request.get("origin") !== undefined &&
    request.get("access-control-request-method") !== undefined
  );
}
