/**
 * Our stack beside Portkey's gateway: the same upstream and load, in turns, in one run.
 * Portkey's has no queue, no limits and no Redis: it is what a plain proxy costs.
 */
import { NoRedisError } from "../../../scripts/redis/no-redis-error.ts";
import { describeMachine } from "../results/describe-machine.ts";
import { CannotRunError } from "./cannot-run-error.ts";
import { installPortkey } from "./install-portkey.ts";
import { measurePeers } from "./measure-peers.ts";
import { printPeers } from "./print-peers.ts";
import { type PeersOptions, readOptions } from "./read-options.ts";
import { requireWrk } from "./run-wrk.ts";
import { startPeers } from "./start-peers.ts";
import { startUpstream } from "./start-upstream.ts";

const connections = [1, 10, 100];

async function comparePeers(options: PeersOptions): Promise<void> {
  requireWrk();
  const entry = await installPortkey();
  const machine = describeMachine();
  await using cleanUp = new AsyncDisposableStack();
  const upstream = await startUpstream();
  cleanUp.defer(() => upstream.stop());
  const { starts, rounds, seconds, redisOnPort } = options;
  console.error(
    `Measuring ours and Portkey: ${starts} starts of both, ${rounds} rounds of ${seconds} s in each, over ${connections.join(", ")} connections …`,
  );
  const start = () => startPeers(entry, upstream, { redisOnPort });
  const plan = { connections, starts, rounds, seconds };
  printPeers(await measurePeers(start, upstream, plan), machine, options);
}

try {
  await comparePeers(readOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof CannotRunError || error instanceof NoRedisError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 1;
}
