/**
 * Random requests, most of them broken in some way, to a real gateway with a worker and a simulator
 * that answers as oddly. Ends with 1 when a process ended, an answer or a log line held a key, a
 * password or a stack, the gateway answered 500 or not at all, logged an error, or memory kept growing.
 *
 *   npm run proof:fuzz -- [requests, 1000000] [seed]
 *
 * A fault names the seed of its request; 500 requests with that seed send it again.
 */
import { startPrivateRedis } from "../../../scripts/redis/private-redis.ts";
import { type FuzzFigures, runFuzz } from "../../support/fuzz/run-fuzz.ts";

/** What a process may grow by from the second quarter of the requests to the last one. */
const mostGrowthMiB = 60;

const [requests = "1000000", seed = String(Date.now() % 1_000_000)] =
  process.argv.slice(2);
console.log(`${requests} requests with the seed ${seed}`);
const { url, stop } = await startPrivateRedis();

function show({ requests: sent, seconds, memory, faults }: FuzzFigures): void {
  const { gateway, worker } = memory.at(-1) ?? {};
  console.log(
    `${sent} requests after ${Math.round(seconds)} s (${Math.round(sent / seconds)} a second); gateway ${gateway} MiB, worker ${worker} MiB; ${faults.length} faults`,
  );
}

/** The highest of a quarter of the figures. */
function peak(
  { memory }: FuzzFigures,
  name: "gateway" | "worker",
  quarter: number,
): number {
  const size = memory.length / 4;
  const part = memory.slice(
    Math.floor(quarter * size),
    Math.ceil((quarter + 1) * size),
  );
  return Math.max(...part.map((each) => each[name]));
}

try {
  const figures = await runFuzz(url, {
    requests: Number(requests),
    seed: Number(seed),
    onProgress: show,
  });
  console.log(JSON.stringify(figures, null, 1));
  const growth = (["gateway", "worker"] as const).map(
    (name) => peak(figures, name, 3) - peak(figures, name, 1),
  );
  console.log(`grown by ${growth.join(" and ")} MiB`);
  const isRight =
    figures.faults.length === 0 &&
    Object.keys(figures.errors).length === 0 &&
    growth.every((each) => each <= mostGrowthMiB);
  process.exitCode = isRight ? 0 : 1;
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await stop();
}
// What was being started when something else failed would keep the process alive.
process.exit();
