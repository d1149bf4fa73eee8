/* global SwaggerUIBundle */
import { accessible } from "./accessible.js";

// The viewer's dark mode is a class, ours follows the browser's preference.
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
  // Its colours have too little contrast in either scheme.
  syntaxHighlight: false,
});
