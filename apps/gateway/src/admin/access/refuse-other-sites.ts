import type { RequestHandler } from "express";
import { showMessage } from "../pages/show-message.ts";
import { isSameOrigin } from "./is-same-origin.ts";

/** Refuses what another site's page sends, unless it only reads. */
export const refuseOtherSites: RequestHandler = (request, response, next) => {
  const isReading = request.method === "GET" || request.method === "HEAD";
  if (isReading || isSameOrigin(request)) return next();
  const message = "Another site sent this request; nothing was done.";
  showMessage(response, { status: 403, title: "Not from there", message });
};
