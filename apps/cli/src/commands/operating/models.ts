import Table from "cli-table3";
import type { Command } from "commander";
import { type Connection, connect } from "../../gateway/connection.ts";
import type { Models } from "../../gateway/objects.ts";
import { type ExitCode, exitCodes } from "../../output/exit-codes.ts";
import { print } from "../../output/terminal.ts";
import { formatCount, formatDuration } from "../../progress/format.ts";

type Model = Models["models"][number];

/** `orpool models`: the models as a table, best record first. */
export function addModels(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  program
    .command("models")
    .description("show the free models, best record first, and how they do")
    .option("--json", "JSON, also on a terminal")
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<
        Connection & { json?: boolean }
      >();
      const { models } = await connect(options).readModels();
      const isJson = options.json || process.stdout.isTTY !== true;
      if (isJson) for (const model of models) print(JSON.stringify(model));
      else print(draw(models));
      end(exitCodes.done);
    });
}

function draw(models: readonly Model[]): string {
  const table = new Table({
    head: ["model", "state", "success", "median", "calls today", "ends"],
    colAligns: ["left", "left", "right", "right", "right", "left"],
    style: { head: [], border: [] },
  });
  for (const model of models) {
    const { successRate, latencyP50Ms, calls } = model.day;
    table.push([
      model.id,
      describeState(model),
      successRate === null ? "" : `${Math.round(100 * successRate)} %`,
      latencyP50Ms === null ? "" : `${(latencyP50Ms / 1_000).toFixed(1)}s`,
      formatCount(calls),
      model.expirationDate ?? "",
    ]);
  }
  return table.toString();
}

function describeState({ state, coolingFor }: Model): string {
  return coolingFor === null
    ? state
    : `${state}, ${formatDuration(coolingFor * 1_000)}`;
}
