import Table from "cli-table3";
import type { Command } from "commander";
import { type Connection, connectAsEither } from "../../gateway/connection.ts";
import type { Usage } from "../../gateway/objects.ts";
import { type ExitCode, exitCodes } from "../../output/exit-codes.ts";
import { print } from "../../output/terminal.ts";
import { formatCount } from "../../progress/format.ts";
import { say } from "../../words/say.ts";

type Options = Connection & {
  readonly from?: string;
  readonly to?: string;
  readonly by: string;
  readonly client?: string;
  readonly csv?: boolean;
  readonly json?: boolean;
};

/** `orpool usage`: use, as a table, JSON lines or CSV. */
export function addUsage(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  program
    .command("usage")
    .description(say("help.usage"))
    .option("--from <day>", say("help.from"))
    .option("--to <day>", say("help.to"))
    .option("--by <names>", say("help.by"), "client,model,day")
    .option("--client <id>", say("help.onlyClient"))
    .option("--csv", "CSV")
    .option("--json", say("help.json"))
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
      ...groupBy.map((name) => say(`operating.${name}`)),
      say("operating.calls"),
      say("operating.answers"),
      say("operating.errors"),
      say("operating.tokens"),
      say("operating.meanWait"),
      say("operating.saved"),
    ],
    style: { head: [], border: [] },
  });
  for (const row of data) {
    const names = {
      client: row.clientName ?? row.client ?? say("operating.withoutKey"),
      model: row.model ?? "",
      day: row.day ?? "",
    };
    table.push([...groupBy.map((group) => names[group]), ...describe(row)]);
  }
  const sum = groupBy.map((_, index) =>
    index === 0 ? say("operating.inAll") : "",
  );
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
    meanWaitMs === null
      ? ""
      : say("operating.seconds", { count: (meanWaitMs / 1_000).toFixed(1) }),
    savedUsd === null ? "" : `$${savedUsd.toFixed(2)}`,
  ];
}
