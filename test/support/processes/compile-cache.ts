import { join } from "node:path";
import { projectRoot } from "../../../scripts/project-root.ts";

/** As `npm test` sets it, for processes that get an environment of their own. */
export const compileCache = {
  NODE_COMPILE_CACHE: join(projectRoot, "node_modules/.cache/node"),
};
