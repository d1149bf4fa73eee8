import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  createOnce,
  type Once,
} from "../../../apps/gateway/src/admin/once/once.ts";
import { openRedis } from "../../support/redis/open-redis.ts";

const markMs = 600;

/** Two gateways. */
function openBoth(): [Once, Once] {
  const deps = { ...openRedis(), markMs };
  return [createOnce(deps), createOnce(deps)];
}

test("what takes longer than its mark lasts is done once all the same, and all get what came of it", async () => {
  const [first, second] = openBoth();
  let runs = 0;
  const run = async () => {
    runs += 1;
    await sleep(3 * markMs);
    return `run ${runs}`;
  };
  const outcomes = Promise.all([first("x", run), second("x", run)]);
  expect(await outcomes).toEqual(["run 1", "run 1"]);
  expect(await second("y", run)).toBe("run 2");
});

test("what fails is done again by the next one", async () => {
  const [first, second] = openBoth();
  const failed = first("x", () => Promise.reject(new Error("Not now")));
  await expect(failed).rejects.toThrow("Not now");
  expect(await second("x", async () => true)).toBe(true);
});
