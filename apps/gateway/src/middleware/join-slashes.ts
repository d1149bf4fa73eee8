import type { RequestHandler } from "express";

/** Takes `//v1/models` for `/v1/models`: a base URL that ends in a slash makes such paths. */
export const joinSlashes: RequestHandler = (request, _response, next) => {
  const [path = ""] = request.url.split("?", 1);
  if (path.includes("//")) {
    request.url = path.replace(/\/{2,}/g, "/") + request.url.slice(path.length);
  }
  next();
};
