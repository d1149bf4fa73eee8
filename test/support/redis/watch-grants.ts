import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { until } from "../until.ts";

/** Redis's own record of a slot that was granted. */
export type Grant = {
  readonly account: string;
  /** The latest time at which the call can have been sent, ms since the epoch of Redis's clock. */
  readonly at: number;
};

/**
 * Listens to what the limiter's script writes: what Redis says about its grants,
 * not what the callers think.
 */
export async function watchGrants(
  redisUrl: string,
  prefix: string,
): Promise<{
  /** Those that were not given back. */
  readonly grants: readonly Grant[];
  /** Resolves when so many grants have been heard of. */
  waitFor(count: number): Promise<void>;
  stop(): void;
}> {
  const { hostname, port } = new URL(redisUrl);
  const socket = connect(Number(port || 6379), hostname);
  const grants: Grant[] = [];
  const written = new RegExp(
    `\\[\\d+ lua\\] "(RPUSH|LREM)" "\\{${prefix}\\}:account:([^"]+):minute" (?:"-1" )?"(\\d+)"`,
  );
  const lines = createInterface({ input: socket });
  lines.on("line", (line) => {
    const [, command, account, at] = written.exec(line) ?? [];
    if (!account) return;
    const grant = { account, at: Number(at) };
    if (command === "RPUSH") grants.push(grant);
    else removeLast(grants, grant);
  });
  await once(socket, "connect");
  socket.write("MONITOR\r\n");
  await once(lines, "line");
  return {
    grants,
    async waitFor(count) {
      await until(
        `${count} grants are heard of`,
        () => grants.length === count,
      );
    },
    stop: () => socket.destroy(),
  };
}

function removeLast(grants: Grant[], { account, at }: Grant): void {
  const isIt = (grant: Grant) => grant.account === account && grant.at === at;
  const index = grants.findLastIndex(isIt);
  if (index >= 0) grants.splice(index, 1);
}
