import { fileURLToPath } from "node:url";
import express, { Router } from "express";
import { serveFile } from "../middleware/serve-file.ts";

const ownFiles = fileURLToPath(new URL("./assets", import.meta.url));

/** Files of libraries that the pages load from the gateway instead of a CDN. */
const vendorFiles = {
  "uPlot.esm.js": "uplot/dist/uPlot.esm.js",
  "uPlot.min.css": "uplot/dist/uPlot.min.css",
  "idiomorph.esm.js": "idiomorph/dist/idiomorph.esm.js",
};

/** `/admin/assets`: scripts, styles and pictures of the pages; nothing in them is secret. */
export function serveAssets(): Router {
  const router = Router();
  for (const [name, module] of Object.entries(vendorFiles)) {
    router.get(`/vendor/${name}`, serveFile(import.meta.resolve(module)));
  }
  router.use(express.static(ownFiles, { index: false, redirect: false }));
  return router;
}
