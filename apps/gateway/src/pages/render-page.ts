import { fileURLToPath } from "node:url";
import ejs from "ejs";

/** Renders a page that is open to everybody; the name is that of a file in `views`. */
export function renderPage(name: string, locals: object): Promise<string> {
  const file = new URL(`../views/${name}.ejs`, import.meta.url);
  return ejs.renderFile(fileURLToPath(file), locals, { cache: true });
}
