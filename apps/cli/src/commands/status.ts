import Table from "cli-table3";
import type { Command } from "commander";
import type { Batch } from "../gateway/objects.ts";
import { type ExitCode, exitCodes } from "../output/exit-codes.ts";
import { print } from "../output/terminal.ts";
import { formatCount } from "../progress/format.ts";
import { type Connection, connect } from "./connection.ts";

const usualCount = "20";

/** `orpool status`: the newest batches, or one of them. */
export function addStatus(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  program
    .command("status")
    .description("show the newest batches, or one of them")
    .argument("[batch]", "a batch's id")
    .option("-n, --number <count>", "how many batches", usualCount)
    .option("--json", "JSON lines, also on a terminal")
    .action(async (id: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<
        Connection & { number: string; json?: boolean }
      >();
      const gateway = connect(options);
      const batches =
        id === undefined
          ? await gateway.listBatches(Number(options.number))
          : [await gateway.readBatch(id)];
      show(batches, options.json === true);
      end(exitCodes.done);
    });
}

function show(batches: readonly Batch[], isJson: boolean): void {
  if (isJson || process.stdout.isTTY !== true) {
    for (const batch of batches) print(JSON.stringify(batch));
    return;
  }
  const table = new Table({
    head: ["batch", "status", "lines", "answered", "failed", "since"],
    colAligns: ["left", "left", "right", "right", "right", "left"],
    style: { head: [], border: [] },
  });
  for (const { id, status, request_counts: counts, created_at } of batches) {
    const { total, completed, failed } = counts;
    const since = new Date(created_at * 1_000).toLocaleString();
    table.push([
      id,
      status,
      ...[total, completed, failed].map(formatCount),
      since,
    ]);
  }
  print(table.toString());
}
