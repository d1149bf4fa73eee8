/* global SwaggerUIBundle */
import { accessible } from "./accessible.js";

// The viewer's own dark colours go by a class, ours by what the browser prefers.
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
function followScheme() {
  document.documentElement.classList.toggle("dark-mode", prefersDark.matches);
}
prefersDark.addEventListener("change", followScheme);
followScheme();

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#api",
  plugins: [accessible],
  layout: "PoolLayout",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1,
  tryItOutEnabled: true,
  // Its colours are too faint, on a page of either scheme.
  syntaxHighlight: false,
});
