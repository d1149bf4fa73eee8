import Table from "cli-table3";
import type { Command } from "commander";
import { type Connection, connect } from "../../gateway/connection.ts";
import type { Models } from "../../gateway/objects.ts";
import { type ExitCode, exitCodes } from "../../output/exit-codes.ts";
import { print } from "../../output/terminal.ts";
import { formatCount, formatDuration } from "../../progress/format.ts";
import { say } from "../../words/say.ts";
import { sayState } from "./say-state.ts";

type Model = Models["models"][number];

/** `orpool models`: the models as a table, best record first. */
export function addModels(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  program
    .command("models")
    .description(say("help.models"))
    .option("--json", say("help.json"))
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

const columns = [
  "model",
  "state",
  "success",
  "median",
  "callsToday",
  "ends",
] as const;

function draw(models: readonly Model[]): string {
  const table = new Table({
    head: columns.map((name) => say(`operating.${name}`)),
    colAligns: ["left", "left", "right", "right", "right", "left"],
    style: { head: [], border: [] },
  });
  for (const model of models) {
    const { successRate, latencyP50Ms, calls } = model.day;
    table.push([
      model.id,
      describeState(model),
      successRate === null ? "" : `${Math.round(100 * successRate)} %`,
      latencyP50Ms === null
        ? ""
        : say("operating.seconds", {
            count: (latencyP50Ms / 1_000).toFixed(1),
          }),
      formatCount(calls),
      model.expirationDate ?? "",
    ]);
  }
  return table.toString();
}

function describeState({ state, coolingFor }: Model): string {
  return coolingFor === null
    ? sayState(state)
    : say("operating.cooling", {
        state: sayState(state),
        time: formatDuration(coolingFor * 1_000),
      });
}
