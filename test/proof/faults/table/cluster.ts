import type { Fault } from "../fault.ts";

/**
 * Failovers of a Redis Cluster. An entry opens its own site, as those of Sentinels do: `openSite`
 * returns the server that holds the pool's slot as `redis` and `{ REDIS_URL: "", REDIS_CLUSTER: … }`
 * as `env`, and `strike` kills that server, or cuts it off.
 */
export const clusterFaults: readonly Fault[] = [];
