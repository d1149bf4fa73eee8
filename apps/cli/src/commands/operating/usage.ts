import Table from "cli-table3";
import type { Command } from "commander";
import { type Connection, connectAsEither } from "../../gateway/connection.ts";
import type { Usage } from "../../gateway/objects.ts";
import { type ExitCode, exitCodes } from "../../output/exit-codes.ts";
import { print } from "../../output/terminal.ts";
import { formatCount } from "../../progress/format.ts";

type Options = Connection & {
  readonly from?: string;
  readonly to?: string;
  readonly by: string;
  readonly client?: string;
  readonly csv?: boolean;
  readonly json?: boolean;
};

/** `orpool usage`: what was used, as a table, JSON lines or CSV. */
export function addUsage(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  program
    .command("usage")
    .description(
      "show what was used: your own, or with ORPOOL_ADMIN_PASSWORD everybody's",
    )
    .option("--from <day>", "first UTC day; 30 days by default")
    .option("--to <day>", "last UTC day; today by default")
    .option(
      "--by <names>",
      "any of client, model, day, comma-separated",
      "client,model,day",
    )
    .option("--client <id>", "only this client's")
    .option("--csv", "CSV")
    .option("--json", "JSON, also on a terminal")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const gateway = connectAsEither(options);
      const query = toQuery(options);
      if (options.csv) {
        print((await gateway.readUsageCsv(query)).trimEnd());
      } else {
        const usage = await gateway.readUsage(query);
        const isJson = options.json || process.stdout.isTTY !== true;
        if (isJson) for (const row of usage.data) print(JSON.stringify(row));
        else print(draw(usage));
      }
      end(exitCodes.done);
    });
}

function toQuery({ from, to, by, client }: Options): URLSearchParams {
  return new URLSearchParams({
    group_by: by,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(client === undefined ? {} : { client }),
  });
}

function draw({ groupBy, data, total }: Usage): string {
  const table = new Table({
    head: [
      ...groupBy,
      "calls",
      "answers",
      "errors",
      "tokens",
      "mean wait",
      "saved",
    ],
    style: { head: [], border: [] },
  });
  for (const row of data) {
    const names = {
      client: row.clientName ?? row.client ?? "without a key",
      model: row.model ?? "",
      day: row.day ?? "",
    };
    table.push([...groupBy.map((group) => names[group]), ...describe(row)]);
  }
  const sum = groupBy.map((_, index) => (index === 0 ? "in all" : ""));
  if (groupBy.length > 0) table.push([...sum, ...describe(total)]);
  return table.toString();
}

function describe(figures: Usage["total"]): string[] {
  const { calls, answers, errors, promptTokens, completionTokens } = figures;
  const { meanWaitMs, savedUsd } = figures;
  return [
    formatCount(calls),
    formatCount(answers),
    formatCount(errors),
    formatCount(promptTokens + completionTokens),
    meanWaitMs === null ? "" : `${(meanWaitMs / 1_000).toFixed(1)}s`,
    savedUsd === null ? "" : `$${savedUsd.toFixed(2)}`,
  ];
}
