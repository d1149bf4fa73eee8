/* global SwaggerUIBundle */

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
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: -1,
  tryItOutEnabled: true,
});
