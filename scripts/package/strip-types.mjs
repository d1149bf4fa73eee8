import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url).href;
const library = "@openrouter-free-pool/shared/";

/**
 * Lets Node run the package's TypeScript below node_modules, as it does in a checkout: types are
 * replaced by blanks, so lines and columns stay. The library, which npm links in a checkout, is a
 * folder of the package.
 */
registerHooks({
  resolve(specifier, context, nextResolve) {
    if (!specifier.startsWith(library)) return nextResolve(specifier, context);
    const path = specifier.slice(library.length);
    return nextResolve(`${root}libs/shared/src/${path}.ts`, context);
  },
  load(url, context, nextLoad) {
    if (!url.startsWith(root) || !url.endsWith(".ts")) {
      return nextLoad(url, context);
    }
    const source = stripTypeScriptTypes(
      readFileSync(fileURLToPath(url), "utf8"),
    );
    return { format: "module", source, shortCircuit: true };
  },
});
