import { allDialects } from "../dialects/all-dialects.ts";

/** The paths that are served below `/v1`. */
const served = new Set([
  ...allDialects.map(({ path }) => path),
  "/models",
  "/files",
  "/batches",
]);
const prefix = /^(\/(?:api|openai|v\d+|api\/v\d+))(?=\/)/;
const longestPath = 200;

/** The path that a client probably means when its base URL has no `/v1`, or two of them. */
export function suggestPath(path: string): string | undefined {
  if (path.length > longestPath) return undefined;
  let rest = path.replace(/\/+$/, "");
  while (prefix.test(rest)) rest = rest.replace(prefix, "");
  const meant = `/v1${rest}`;
  return served.has(rest) && meant !== path ? meant : undefined;
}
