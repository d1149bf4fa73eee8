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

/** Adds those of {@link ResultFlags} that say where results go. */
export function addOutputFlags(command: Command): Command {
  return command
    .option("-o, --output <file>", say("help.output"))
    .option("--force", say("help.force"))
    .option("--simple", say("help.simple"));
}

/** Reads what a command is to do while it waits for a batch; checks where its results are to go. */
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
