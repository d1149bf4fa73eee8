import Table from "cli-table3";
import type { Command } from "commander";
import { type Connection, connect } from "../../gateway/connection.ts";
import type { Pool } from "../../gateway/objects.ts";
import { type ExitCode, exitCodes } from "../../output/exit-codes.ts";
import { print, tell } from "../../output/terminal.ts";
import { formatCount, formatDuration } from "../../progress/format.ts";
import { say } from "../../words/say.ts";
import { sayState } from "./say-state.ts";

/** `orpool keys`: the pool as a table. */
export function addKeys(program: Command, end: (code: ExitCode) => void): void {
  program
    .command("keys")
    .description(say("help.keys"))
    .option("--json", say("help.json"))
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<
        Connection & { json?: boolean }
      >();
      const pool = await connect(options).readPool();
      const isJson = options.json || process.stdout.isTTY !== true;
      if (isJson) for (const key of pool.keys) print(JSON.stringify(key));
      else print(draw(pool));
      if (pool.queue.paused) tell(say("operating.paused"));
      end(exitCodes.done);
    });
}

const columns = [
  "key",
  "account",
  "state",
  "minute",
  "day",
  "resetsIn",
] as const;

function draw({ keys, pool, queue, workers }: Pool): string {
  const table = new Table({
    head: columns.map((name) => say(`operating.${name}`)),
    colAligns: ["left", "left", "left", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const { key, account, state, minute, day } of keys) {
    const resetIn = (day.remaining === 0 ? day : minute).resetIn;
    table.push([
      key,
      account,
      sayState(state),
      describeUse(minute),
      describeUse(day),
      resetIn === null ? "" : formatDuration(resetIn * 1_000),
    ]);
  }
  const summary = say("operating.summary", {
    left: formatCount(pool.leftToday),
    perMinute: formatCount(pool.perMinute),
    window: formatDuration(pool.windowMs),
    free: formatCount(pool.slotsFree),
    waiting: formatCount(queue.waiting),
    inFlight: formatCount(queue.inFlight),
    workers,
  });
  return `${table.toString()}\n${summary}`;
}

type Use = Pool["keys"][number]["day"];

/** OpenRouter may count more than we do: an account is out when it says so. */
function describeUse({ limit, used, remaining }: Use): string {
  return `${Math.max(used, limit - remaining)}/${limit}`;
}
