import { test } from "vitest";
import { drainBurst } from "../../support/clients/drain-burst.ts";

test.for([
  { workers: 2, quotaMode: "sliding" },
  { workers: 4, quotaMode: "sliding" },
  { workers: 4, quotaMode: "clock" },
] as const)(
  "150 requests at once are all answered, none refused, with $workers workers in $quotaMode mode",
  async (options, { annotate }) => {
    await annotate(await drainBurst(options));
  },
);
