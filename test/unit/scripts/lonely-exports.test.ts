import { expect, test } from "vitest";
import { findLonelyExports } from "../../../scripts/structure/find-lonely-exports.ts";

const find = (...sources: { file: string; text: string }[]) =>
  findLonelyExports(sources, sources);

test("tells an export that only its own file uses", () => {
  const text = "export const limit = 3;\nconst twice = 2 * limit;";
  expect(find({ file: "a.ts", text }, { file: "b.ts", text: "" })).toEqual([
    "a.ts exports limit: no other file imports it",
  ]);
});

test.each([
  'import { Pool, type limit } from "./a.ts";',
  'import {\n  limit as most,\n} from "./a.ts";',
  'import type { limit } from "./a.ts";',
  'export { limit } from "./a.ts";',
  'const { limit: most } = await import("./a.ts");',
])("takes %j for a use", (text) => {
  const exporting = { file: "a.ts", text: "export const limit = 3;" };
  expect(find(exporting, { file: "b.ts", text })).toEqual([]);
});
