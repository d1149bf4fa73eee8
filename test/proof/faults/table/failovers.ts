import { setTimeout as sleep } from "node:timers/promises";
import {
  type FaultyLine,
  type Passage,
  startFaultyLine,
} from "../../../support/network/faulty-line.ts";
import {
  type RunningGroup,
  startSentinelGroup,
} from "../../../support/redis/sentinel-group.ts";
import { until } from "../../../support/until.ts";
import type { Fault } from "../fault.ts";

/** How long the old primary stays cut off after it was replaced. */
const healAfterMs = 3_000;

type Group = RunningGroup & {
  /** Cuts the primary off from everything, or from the other servers only, until it is healed. */
  cutOff(from: "everything" | "servers"): void;
  heal(): void;
};

const replaced = (group: RunningGroup) =>
  until(
    "the Sentinels name the replica",
    async () => (await group.primaryPort()) === group.replica.port,
    30_000,
  );

/** A fault of a group of servers, in which others may reach the primary by a line of ours. */
function sentinelFault(
  fault: Pick<Fault, "name" | "how" | "calledAgain"> & {
    hasLine: boolean;
    strike(group: Group): Promise<void>;
  },
): Fault {
  let group: Group | undefined;
  return {
    ...fault,
    async openSite() {
      const closing: (() => Promise<void>)[] = [];
      let line: FaultyLine | undefined;
      const isOfServer = isOfServers();
      const openLine = async (port: number) => {
        line = await startFaultyLine(port);
        closing.push(line.stop);
        // From the first connection on, to know whose it is.
        line.follow((passage) => {
          isOfServer(passage);
          return "pass";
        });
        return line.port;
      };
      const running = await startSentinelGroup(
        fault.hasLine ? { lineTo: openLine } : {},
      );
      group = {
        ...running,
        cutOff: (from) =>
          line?.follow((passage) =>
            isOfServer(passage) || from === "everything" ? "break" : "pass",
          ),
        heal: () => line?.follow(),
      };
      return {
        redis: running.primary,
        env: { REDIS_URL: "", REDIS_SENTINELS: running.sentinels },
        async stop() {
          await running.stop();
          for (const close of closing) await close();
        },
      };
    },
    async strike() {
      // On a machine that is busy it may be seconds behind: Sentinels take it all the same.
      await group?.replicaCatchesUp();
      if (group) await fault.strike(group);
    },
  };
}

/** Recognises connections of Sentinels and replicas by their first words. */
function isOfServers(): (passage: Passage) => boolean {
  const known = new WeakMap<object, boolean>();
  return ({ connection, isFirst, bytes }) => {
    if (isFirst) {
      known.set(
        connection,
        /sentinel-|^\*1\r\n\$4\r\nPING/i.test(String(bytes)),
      );
    }
    return known.get(connection) === true;
  };
}

const lostWithPrimary = {
  most: 40,
  because: "what the replica had not got is lost, ends of jobs among it",
};

function partition(
  from: Parameters<Group["cutOff"]>[0],
  entry: Pick<Fault, "name" | "how" | "calledAgain">,
): Fault {
  return sentinelFault({
    ...entry,
    hasLine: true,
    async strike(group) {
      group.cutOff(from);
      await replaced(group);
      await sleep(healAfterMs);
      group.heal();
    },
  });
}

/** A replica takes over. */
export const failoverFaults: readonly Fault[] = [
  sentinelFault({
    name: "sentinel-failover",
    how: "`kill -9` of the primary; three Sentinels name the replica",
    calledAgain: lostWithPrimary,
    hasLine: false,
    async strike(group) {
      await group.primary.kill();
      await replaced(group);
    },
  }),
  partition("everything", {
    name: "sentinel-partition",
    how: "the primary is cut off from everything until 3 s after it was replaced",
    calledAgain: lostWithPrimary,
  }),
  partition("servers", {
    name: "sentinel-split",
    how: "the primary is cut off from its replica and the Sentinels, and everything else still speaks with it, until 3 s after it was replaced",
    calledAgain: {
      most: 80,
      because:
        "the old primary serves on until it is replaced, and the new one does not know what ended meanwhile",
    },
  }),
];
