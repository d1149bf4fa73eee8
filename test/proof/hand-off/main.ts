/**
 * Random histories of workers that take jobs with slots, call, refuse, give back, die, stand still
 * and lose replies, against a real Redis. Ends with 1 when an account was called beyond a limit, or
 * a job was lost or held twice; then the seed repeats the history.
 *
 *   npm run proof:hand-off -- [steps, 100000] [seed]
 */
import { startPrivateRedis } from "../../../scripts/redis/private-redis.ts";
import { checkHandOff } from "../../support/hand-off/check-hand-off.ts";

const [steps = "100000", seed = String(Date.now() % 1_000_000)] =
  process.argv.slice(2);
console.log(`${steps} steps with the seed ${seed}`);
const { url, stop } = await startPrivateRedis();
const startedAt = performance.now();
const seconds = () => Math.round((performance.now() - startedAt) / 1_000);
let shownAt = 0;
try {
  const figures = await checkHandOff(url, {
    steps: Number(steps),
    seed: Number(seed),
    onProgress(sofar) {
      if (sofar.steps - shownAt < 10_000) return;
      shownAt = sofar.steps;
      console.log(`${sofar.steps} steps after ${seconds()} s`);
    },
  });
  console.log(`${JSON.stringify(figures)} in ${seconds()} s`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await stop();
}
