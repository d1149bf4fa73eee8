import { hasEnded } from "@openrouter-free-pool/shared/api/batch-object";
import Table from "cli-table3";
import type { Command } from "commander";
import { type Connection, connect } from "../gateway/connection.ts";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { Batch } from "../gateway/objects.ts";
import { type ExitCode, exitCodes } from "../output/exit-codes.ts";
import { print } from "../output/terminal.ts";
import {
  describeForecast,
  describeShortWindow,
} from "../progress/describe-forecast.ts";
import { formatCount } from "../progress/format.ts";
import { readCapacity } from "../progress/show-forecast.ts";
import { say } from "../words/say.ts";

const usualCount = "20";
const columns = [
  "batch",
  "status",
  "lines",
  "answered",
  "failed",
  "since",
] as const;

/** `orpool status`: the newest batches, or one of them. */
export function addStatus(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  program
    .command("status")
    .description(say("help.status"))
    .argument("[batch]", say("help.aBatchId"))
    .option("-n, --number <count>", say("help.number"), usualCount)
    .option("--json", say("help.jsonLines"))
    .action(async (id: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<
        Connection & { number: string; json?: boolean }
      >();
      const gateway = connect(options);
      const batches =
        id === undefined
          ? (await gateway.listBatches(Number(options.number))).data
          : [await gateway.readBatch(id)];
      if (options.json === true || process.stdout.isTTY !== true) {
        for (const batch of batches) print(JSON.stringify(batch));
      } else {
        print(draw(batches));
        for (const line of await describeOpen(gateway, batches)) print(line);
      }
      end(exitCodes.done);
    });
}

/** The forecast of each batch that continues, with its id if there are several. */
async function describeOpen(
  gateway: GatewayClient,
  batches: readonly Batch[],
): Promise<string[]> {
  const open = batches.filter((batch) => !hasEnded(batch));
  if (open.length === 0) return [];
  const { perDay, obstacle } = await readCapacity(gateway);
  const now = Date.now();
  return open.flatMap((batch) => {
    const lead = batches.length > 1 ? `${batch.id}: ` : "";
    return [
      describeForecast(batch, { obstacle, now }),
      describeShortWindow(batch, { perDay, now }),
    ].flatMap((line) => (line === undefined ? [] : [lead + line]));
  });
}

function draw(batches: readonly Batch[]): string {
  const table = new Table({
    head: columns.map((name) => say(`batch.column.${name}`)),
    colAligns: ["left", "left", "right", "right", "right", "left"],
    style: { head: [], border: [] },
  });
  for (const { id, status, request_counts: counts, created_at } of batches) {
    const { total, completed, failed } = counts;
    const since = new Date(created_at * 1_000).toLocaleString();
    table.push([
      id,
      say(`batch.status.${status}`),
      ...[total, completed, failed].map(formatCount),
      since,
    ]);
  }
  return table.toString();
}
