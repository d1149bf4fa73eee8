import type { Command } from "commander";
import { type Connection, connect } from "../gateway/connection.ts";
import type { ExitCode } from "../output/exit-codes.ts";
import { say } from "../words/say.ts";
import { addResultFlags, readWaitOptions } from "./result-flags.ts";
import { waitForResults } from "./wait-for-results.ts";

/** `orpool resume`: returns to a batch that continues, or has ended meanwhile. */
export function addResume(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  addResultFlags(
    program
      .command("resume")
      .description(say("help.resume"))
      .argument("<batch>", say("help.batchId")),
    { continuing: say("help.continueResume") },
  ).action(async (id: string, _: unknown, command: Command) => {
    const flags = command.optsWithGlobals<Connection>();
    const options = await readWaitOptions(command);
    end(await waitForResults(connect(flags), id, options));
  });
}
