import type { Command } from "commander";
import { type Connection, listConnectionFlags } from "../gateway/connection.ts";
import { readNotifyUrl } from "../output/notify.ts";
import { prepareResults } from "../results/prepare-results.ts";
import type { ResultOptions } from "../results/result-options.ts";
import { say } from "../words/say.ts";
import type { WaitOptions } from "./wait-for-results.ts";

/** Options of the commands that wait for a batch and write its results. */
export type ResultFlags = Connection & {
  output?: string;
  continue?: boolean;
  force?: boolean;
  simple?: boolean;
  quiet?: boolean;
  notify?: string;
};

/** Adds {@link ResultFlags} to a command. */
export function addResultFlags(
  command: Command,
  { continuing }: { continuing: string },
): Command {
  return addOutputFlags(command)
    .option("-c, --continue", continuing)
    .option("--notify <url>", say("help.notify"), readNotifyUrl)
    .option("-q, --quiet", say("help.quiet"));
}

/** Adds the {@link ResultFlags} for the output. */
export function addOutputFlags(command: Command): Command {
  return command
    .option("-o, --output <file>", say("help.output"))
    .option("--force", say("help.force"))
    .option("--simple", say("help.simple"));
}

/** Reads the options of waiting for a batch; checks the output. */
export async function readWaitOptions(command: Command): Promise<WaitOptions> {
  const flags = command.optsWithGlobals<ResultFlags>();
  return {
    results: await readResultFlags(flags),
    wayBack: {
      connectionFlags: listConnectionFlags(command),
      resultFlags: listResultFlags(flags),
    },
    isQuiet: flags.quiet === true,
    notifyUrl: flags.notify,
  };
}

/** Checks the output, and reads the results that it has already. */
export function readResultFlags(flags: ResultFlags): Promise<ResultOptions> {
  return prepareResults({
    path: flags.output,
    isSimple: flags.simple === true,
    isContinued: flags.continue === true,
    isForced: flags.force === true,
  });
}

/** The flags as text, for another command about the same results. */
function listResultFlags(flags: ResultFlags): readonly string[] {
  return [
    ...(flags.output === undefined ? [] : ["-o", flags.output]),
    ...(flags.continue ? ["--continue"] : []),
    ...(flags.force ? ["--force"] : []),
    ...(flags.simple ? ["--simple"] : []),
    ...(flags.notify === undefined ? [] : ["--notify", flags.notify]),
    ...(flags.quiet ? ["--quiet"] : []),
  ];
}
