import { allDialects } from "../../dialects/all-dialects.ts";
import type { Dialect } from "../../dialects/dialect.ts";

/** All endpoints that a batch may name: everything that goes through the queue. */
export const batchEndpoints: ReadonlyMap<string, Dialect> = new Map(
  allDialects.map((dialect) => [`/v1${dialect.path}`, dialect]),
);
