import Table from "cli-table3";
import type { Command } from "commander";
import { type Connection, connect } from "../../gateway/connection.ts";
import type { Pool } from "../../gateway/objects.ts";
import { type ExitCode, exitCodes } from "../../output/exit-codes.ts";
import { print } from "../../output/terminal.ts";
import { formatCount, formatDuration } from "../../progress/format.ts";

/** `orpool keys`: the pool as a table. */
export function addKeys(program: Command, end: (code: ExitCode) => void): void {
  program
    .command("keys")
    .description("show the pool of keys and what is left of its quota")
    .option("--json", "JSON, also on a terminal")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<
        Connection & { json?: boolean }
      >();
      const pool = await connect(options).readPool();
      const isJson = options.json || process.stdout.isTTY !== true;
      if (isJson) for (const key of pool.keys) print(JSON.stringify(key));
      else print(draw(pool));
      end(exitCodes.done);
    });
}

function draw({ keys, pool, queue, workers }: Pool): string {
  const table = new Table({
    head: ["key", "account", "state", "minute", "day", "resets in"],
    colAligns: ["left", "left", "left", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const { key, account, state, minute, day } of keys) {
    const resetIn = (day.remaining === 0 ? day : minute).resetIn;
    table.push([
      key,
      account,
      state,
      describeUse(minute),
      describeUse(day),
      resetIn === null ? "" : formatDuration(resetIn * 1_000),
    ]);
  }
  const summary = [
    `${formatCount(pool.leftToday)} calls left today`,
    `${formatCount(pool.perMinute)} in ${formatDuration(pool.windowMs)}, ${formatCount(pool.slotsFree)} of them free now`,
    `${formatCount(queue.waiting)} waiting, ${formatCount(queue.inFlight)} in flight`,
    `${workers} ${workers === 1 ? "worker" : "workers"}`,
  ].join("; ");
  return `${table.toString()}\n${summary}`;
}

function describeUse({ used, remaining }: { used: number; remaining: number }) {
  return `${used}/${used + remaining}`;
}
