import type { Command } from "commander";
import { connect } from "../gateway/connection.ts";
import { type ExitCode, exitCodes } from "../output/exit-codes.ts";
import { isWatched, print, tell } from "../output/terminal.ts";
import { showForecast } from "../progress/show-forecast.ts";
import { say } from "../words/say.ts";
import { chooseEarlier } from "./choose-earlier.ts";
import { describeWayBack } from "./describe-way-back.ts";
import {
  addResultFlags,
  type ResultFlags,
  readWaitOptions,
} from "./result-flags.ts";
import { waitForResults } from "./wait-for-results.ts";
import { withWayBack } from "./with-way-back.ts";

type RetryFlags = ResultFlags & { detach?: boolean; again?: boolean };

/** `orpool retry`: a new batch of the lines of an ended one that have no answer. */
export function addRetry(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  addResultFlags(
    program
      .command("retry")
      .description(say("help.retry"))
      .argument("<batch>", say("help.batchId")),
    { continuing: say("help.continueResume") },
  )
    .option("-d, --detach", say("help.detachRetry"))
    .option("--again", say("help.againRetry"))
    .action(async (id: string, _: unknown, command: Command) => {
      end(await retry(id, command));
    });
}

async function retry(endedId: string, command: Command): Promise<ExitCode> {
  const flags = command.optsWithGlobals<RetryFlags>();
  const gateway = connect(flags);
  // The failures of the old batch are replaced by the results of the new one.
  const options = await readWaitOptions(command);
  const { wayBack } = options;
  const batch =
    (await chooseEarlier(gateway, {
      isSame: ({ metadata }) => metadata?.retry_of === endedId,
      repeats: "retry",
      flags,
      wayBack,
    })) ?? (await gateway.retryBatch(endedId));
  return withWayBack(batch.id, wayBack, async () => {
    await showForecast(gateway, batch, options);
    if (!flags.detach) return waitForResults(gateway, batch.id, options);
    print(batch.id);
    if (isWatched()) tell(describeWayBack(batch.id, wayBack));
    return exitCodes.done;
  });
}
