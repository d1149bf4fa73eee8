import type { Command } from "commander";
import { prepareResults } from "../results/prepare-results.ts";
import type { ResultOptions } from "../results/result-options.ts";
import type { Connection } from "./connection.ts";

/** Options of the commands that wait for a batch and write its results. */
export type ResultFlags = Connection & {
  output?: string;
  continue?: boolean;
  force?: boolean;
  simple?: boolean;
  quiet?: boolean;
};

/** Adds {@link ResultFlags} to a command. */
export function addResultFlags(
  command: Command,
  { continuing }: { continuing: string },
): Command {
  return addOutputFlags(command)
    .option("-c, --continue", continuing)
    .option("-q, --quiet", "show no progress");
}

/** Adds those of {@link ResultFlags} that say where results go. */
export function addOutputFlags(command: Command): Command {
  return command
    .option(
      "-o, --output <file>",
      "where results go (default: standard output)",
    )
    .option("--force", "overwrite the output file")
    .option("--simple", "write {id, content} instead of OpenAI's lines");
}

/** Checks where results are to go, and reads what is there already. */
export function readResultFlags(flags: ResultFlags): Promise<ResultOptions> {
  return prepareResults({
    path: flags.output,
    isSimple: flags.simple === true,
    isContinued: flags.continue === true,
    isForced: flags.force === true,
  });
}

/** The flags as they are typed, for another command about the same results. */
export function listResultFlags(flags: ResultFlags): readonly string[] {
  return [
    ...(flags.output === undefined ? [] : ["-o", flags.output]),
    ...(flags.continue ? ["--continue"] : []),
    ...(flags.force ? ["--force"] : []),
    ...(flags.simple ? ["--simple"] : []),
    ...(flags.quiet ? ["--quiet"] : []),
  ];
}
