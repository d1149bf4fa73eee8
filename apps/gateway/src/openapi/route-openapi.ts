import { Router } from "express";
import { allowOnly } from "../middleware/handle-errors.ts";
import { serveFile } from "../middleware/serve-file.ts";
import { chooseLanguage } from "../pages/choose-language.ts";
import { sendPage } from "../pages/send-page.ts";
import { securityHeaders } from "../web-access/security-headers.ts";

/** Files of the page: the viewer, served by us instead of a CDN, and the script that starts it. */
const assets = {
  "swagger-ui-bundle.js": import.meta.resolve(
    "swagger-ui-dist/swagger-ui-bundle.js",
  ),
  "swagger-ui.css": import.meta.resolve("swagger-ui-dist/swagger-ui.css"),
  "docs.css": new URL("./page/docs.css", import.meta.url),
  "accessible.js": new URL("./page/accessible.js", import.meta.url),
  "start.js": new URL("./page/start.js", import.meta.url),
};

/** `GET /openapi.json`: the description of the API; `GET /docs`: a page to read it and to try requests. */
export function routeOpenApi(options: { requiresKey: () => boolean }): Router {
  const router = Router({ strict: true });
  // Built at the first request: it would take a tenth of the gateway's start.
  let documents: ReturnType<typeof buildDocuments> | undefined;
  router.get("/openapi.json", async (_request, response) => {
    documents ??= buildDocuments();
    const { open, keyed } = await documents;
    response.json(options.requiresKey() ? keyed : open);
  });
  router.use("/docs", securityHeaders());
  router.get("/docs", chooseLanguage, (_request, response) =>
    sendPage(response, "open/docs", {}),
  );
  // The page's own links are relative, so that it also works under a proxy's path.
  router.get("/docs/", (_request, response) => {
    response.redirect(308, "../docs");
  });
  for (const [name, url] of Object.entries(assets)) {
    router.get(`/docs/assets/${name}`, serveFile(url));
  }
  router.all(["/openapi.json", "/docs"], allowOnly("GET"));
  return router;
}

async function buildDocuments() {
  const { buildOpenApiDocument } = await import("./openapi-document.ts");
  return {
    open: buildOpenApiDocument({ requiresKey: false }),
    keyed: buildOpenApiDocument({ requiresKey: true }),
  };
}
