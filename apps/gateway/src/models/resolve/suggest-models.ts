import { distance } from "fastest-levenshtein";
import type { Model } from "../catalogue/models-list.ts";

const mostSuggestions = 5;
/** Names that differ in more than this share of their letters are not similar. */
const nearestShare = 0.6;

/**
 * Up to five models instead of one that is not available: the most similar names first, then those
 * with the best record.
 *
 * @param free available models, best record first.
 */
export function suggestModels(
  wanted: string,
  free: readonly Model[],
): readonly string[] {
  const name = nameOf(wanted);
  const near = free
    .map(({ id }) => ({ id, far: farness(name, nameOf(id)) }))
    .filter(({ far }) => far <= nearestShare)
    .sort((a, b) => a.far - b.far)
    .map(({ id }) => id);
  const all = [...near, ...free.map(({ id }) => id)];
  return [...new Set(all)].slice(0, mostSuggestions);
}

/** Without the variant, which all free models share. */
function nameOf(id: string): string {
  return id.toLowerCase().replace(/:\w+$/, "").slice(0, 256);
}

function farness(a: string, b: string): number {
  return distance(a, b) / Math.max(a.length, b.length, 1);
}
