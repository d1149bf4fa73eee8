import { afterEach, expect, test } from "vitest";
import { ModelsCache } from "../../../apps/gateway/src/models/models-cache.ts";
import {
  type Simulator,
  startSimulator,
} from "../../simulator/start-simulator.ts";
import { until } from "../../support/until.ts";

const freshMs = 100;
let simulator: Simulator | undefined;
afterEach(() => simulator?.stop());

test("a list that is not fresh any more is read anew, and kept when that fails", async () => {
  simulator = await startSimulator();
  const cache = new ModelsCache(simulator.url, { freshMs });
  const readAt = performance.now();
  const first = await cache.get();
  expect(first.data.length).toBeGreaterThan(5);
  await until("it is old", () => performance.now() - readAt > 2 * freshMs);

  await simulator.settings({ models: { "new/model:free": {} } });
  const second = await cache.get();
  expect(second.data).toHaveLength(first.data.length + 1);
  await until("it is old", () => performance.now() - readAt > 5 * freshMs);

  await simulator.stop();
  expect(await cache.get()).toBe(second);
});
