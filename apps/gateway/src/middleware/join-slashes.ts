import type { RequestHandler } from "express";

/** Treats `//v1/models` as `/v1/models`: a base URL that ends in a slash leads to such paths. */
export const joinSlashes: RequestHandler = (request, _response, next) => {
  if (!request.url.includes("//")) return next();
  const [path = ""] = request.url.split("?", 1);
  if (path.includes("//")) {
    request.url = path.replace(/\/{2,}/g, "/") + request.url.slice(path.length);
  }
  next();
};
