import { fileURLToPath } from "node:url";
import express, { type Request, Router } from "express";
import { serveAssets } from "../admin/serve-assets.ts";
import { allowOnly } from "../middleware/handle-errors.ts";
import { serveFile } from "../middleware/serve-file.ts";
import { renderPage } from "../pages/render-page.ts";
import { commonWords } from "../pages/words.ts";
import {
  neverStored,
  securityHeaders,
} from "../web-access/security-headers.ts";
import { listApps } from "./connect/apps.ts";
import { connectWords } from "./connect/words.ts";
import { homeWords, liveWords } from "./words.ts";

const model = "pool/auto";
const ownFiles = fileURLToPath(new URL("./assets", import.meta.url));
const parser = {
  "index.js": import.meta.resolve("eventsource-parser"),
  "stream.js": import.meta.resolve("eventsource-parser/stream"),
};

/**
 * The pages that are open to everybody: `/`, with a box to try a model, and `/connect`, with the fields of
 * well-known apps. They know nothing of the pool: their scripts ask the API, with a client key where one is required.
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
  router.get("/", securityHeaders(), neverStored, async (request, response) => {
    const page = await renderPage("home", {
      common: commonWords,
      words: homeWords,
      live: liveWords,
      fill,
      requiresKey: requiresKey(),
      baseUrl: baseUrlOf(request),
      model,
    });
    response.type("html").send(page);
  });
  router.get(
    "/connect",
    securityHeaders(),
    neverStored,
    async (request, response) => {
      const baseUrl = baseUrlOf(request);
      const key = connectWords[requiresKey() ? "clientKey" : "anyKey"];
      const page = await renderPage("connect", {
        common: commonWords,
        words: connectWords,
        live: { copied: connectWords.copied },
        fill,
        baseUrl,
        model,
        apps: listApps({ baseUrl, key, model }),
      });
      response.type("html").send(page);
    },
  );
  router.all(pages, allowOnly("GET", "HEAD"));
  return router;
}

/** What the browser asked for; behind a proxy that says less, the page's script corrects it. */
function baseUrlOf(request: Request): string {
  return `${request.protocol}://${request.host ?? "localhost"}/v1`;
}

/** Puts values into a text of the catalogue. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name] ?? "");
}
