import { test } from "vitest";
import { drainBurst } from "../support/clients/drain-burst.ts";

test("150 requests at once are all answered, none refused, with 4 workers", async ({
  annotate,
}) => {
  await annotate(await drainBurst({ workers: 4, quotaMode: "sliding" }));
});
