import type { Command } from "commander";
import { inputError } from "../input/input-error.ts";
import { type ExitCode, exitCodes } from "../output/exit-codes.ts";
import { isWatched, print, tell } from "../output/terminal.ts";
import { showForecast } from "../progress/show-forecast.ts";
import { keepAnswered } from "../results/keep-answered.ts";
import { type Connection, connect } from "./connection.ts";
import { describeWayBack, waitForResults } from "./wait-for-results.ts";

type RetryOptions = Connection & {
  output?: string;
  continue?: boolean;
  detach?: boolean;
  simple?: boolean;
  quiet?: boolean;
};

/** `orpool retry`: a new batch of the lines of an ended one that have no answer. */
export function addRetry(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  program
    .command("retry")
    .description("send the failed lines of an ended batch again, as a new one")
    .argument("<batch>", "the batch's id")
    .option(
      "-o, --output <file>",
      "where results go (default: standard output)",
    )
    .option(
      "-c, --continue",
      "keep the answers that the output file has, and append",
    )
    .option("-d, --detach", "do not wait: print the new batch's id and end")
    .option("--simple", "write {id, content} instead of OpenAI's lines")
    .option("-q, --quiet", "show no progress")
    .action(async (id: string, _options: unknown, command: Command) => {
      end(await retry(id, command.optsWithGlobals<RetryOptions>()));
    });
}

async function retry(
  endedId: string,
  options: RetryOptions,
): Promise<ExitCode> {
  const { output: path, continue: isAppended = false } = options;
  const isQuiet = options.quiet === true;
  if (isAppended && path === undefined) {
    throw inputError("--continue needs --output");
  }
  const gateway = connect(options);
  const batch = await gateway.retryBatch(endedId);
  await showForecast(gateway, batch, { isQuiet });
  if (options.detach) {
    print(batch.id);
    if (isWatched()) tell(describeWayBack(batch.id, path));
    return exitCodes.done;
  }
  // The failures of the old batch make room for what the new one brings.
  if (isAppended && path !== undefined) await keepAnswered(path);
  const isSimple = options.simple === true;
  return waitForResults(gateway, batch.id, {
    results: { path, isAppended, isSimple },
    isQuiet,
  });
}
