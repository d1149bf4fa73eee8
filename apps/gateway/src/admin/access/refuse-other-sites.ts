import type { RequestHandler } from "express";
import { say } from "../../words/say.ts";
import { showMessage } from "../pages/show-message.ts";
import { isSameOrigin } from "./is-same-origin.ts";

/** Refuses requests of other sites' pages, unless they only read. */
export const refuseOtherSites: RequestHandler = (request, response, next) => {
  const isReading = request.method === "GET" || request.method === "HEAD";
  if (isReading || isSameOrigin(request)) return next();
  showMessage(response, {
    status: 403,
    title: say("access.otherSite"),
    message: say("access.otherSiteDetail"),
  });
};
