import { allFamilies } from "../../families/all-families.ts";
import type { Family } from "../../families/family.ts";

/** All endpoints that a batch may name: everything that goes through the queue. */
export const batchEndpoints: ReadonlyMap<string, Family> = new Map(
  allFamilies.map((family) => [`/v1${family.path}`, family]),
);
