import type { PoolWatch } from "../pool/pool-watch.ts";
import type { PendingRequest } from "./pending-request.ts";
import type { PendingRequests } from "./pending-requests.ts";

/** A stream whose client has read nothing for so long counts as stalled. */
const stalledAfterMs = 10_000;
/** Stalled streams that one client may hold while others wait. */
const mostPerClient = 4;

/**
 * Builds a check that cuts stalled streams while other requests wait, because each of them occupies
 * a call of a worker. A client may keep a few: the ones that stalled last. While nothing waits,
 * none is cut.
 */
export function createCutStalled(deps: {
  pending: PendingRequests;
  poolWatch: PoolWatch;
}): () => Promise<void> {
  const { pending, poolWatch } = deps;

  return async function cutStalled() {
    const stalled = pending
      .streaming()
      .filter(({ stalledMs }) => stalledMs >= stalledAfterMs);
    if (stalled.length <= mostPerClient) return;
    const view = await poolWatch.readRecent();
    if (!view || view.waiting === view.held) return;
    for (const ofClient of groupByClient(stalled)) {
      const shortestFirst = ofClient.toSorted(
        (one, other) => one.stalledMs - other.stalledMs,
      );
      for (const stream of shortestFirst.slice(mostPerClient)) {
        stream.breakOff("The client stopped reading the stream");
      }
    }
  };
}

/** Without client keys all requests are of one client. */
function groupByClient(streams: readonly PendingRequest[]): PendingRequest[][] {
  const groups = Map.groupBy(streams, ({ request }) => request.client);
  return [...groups.values()];
}
