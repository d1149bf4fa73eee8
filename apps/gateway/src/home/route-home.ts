import { fileURLToPath } from "node:url";
import express, { type Request, Router } from "express";
import { serveAssets } from "../admin/serve-assets.ts";
import { allowOnly } from "../middleware/handle-errors.ts";
import { serveFile } from "../middleware/serve-file.ts";
import { chooseLanguage } from "../pages/choose-language.ts";
import { sendPage } from "../pages/send-page.ts";
import {
  neverStored,
  securityHeaders,
} from "../web-access/security-headers.ts";
import { say } from "../words/say.ts";
import { listApps } from "./connect/apps.ts";

const model = "pool/auto";
const ownFiles = fileURLToPath(new URL("./assets", import.meta.url));
const parser = {
  "index.js": import.meta.resolve("eventsource-parser"),
  "stream.js": import.meta.resolve("eventsource-parser/stream"),
};

/**
 * The pages that are open to everybody: `/`, with a box to try a model, and `/connect`, with the
 * fields of well-known apps. They know nothing about the pool: their scripts ask the API, with a
 * client key if one is required.
 */
export function routeHome({
  requiresKey,
}: {
  requiresKey: () => boolean;
}): Router {
  const router = Router({ strict: true });
  const pages = ["/", "/connect"];
  router.use("/assets", securityHeaders(), serveAssets());
  for (const [name, url] of Object.entries(parser)) {
    router.get(`/assets/vendor/eventsource-parser/${name}`, serveFile(url));
  }
  router.use(
    "/assets",
    express.static(ownFiles, { index: false, redirect: false }),
  );
  router.get(pages, securityHeaders(), neverStored, chooseLanguage);
  router.get("/", (request, response) =>
    sendPage(response, "open/home", {
      requiresKey: requiresKey(),
      baseUrl: baseUrlOf(request),
      model,
    }),
  );
  router.get("/connect", (request, response) => {
    const baseUrl = baseUrlOf(request);
    const key = say(requiresKey() ? "connect.clientKey" : "connect.anyKey");
    return sendPage(response, "open/connect", {
      baseUrl,
      model,
      apps: listApps({ baseUrl, key, model }),
    });
  });
  router.all(pages, allowOnly("GET", "HEAD"));
  return router;
}

/**
 * The address that the browser asked for; behind a proxy that does not forward it, the page's
 * script corrects it.
 */
function baseUrlOf(request: Request): string {
  return `${request.protocol}://${request.host ?? "localhost"}/v1`;
}
