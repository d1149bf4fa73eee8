import type { Command } from "commander";
import { type Connection, connect } from "../gateway/connection.ts";
import type { ExitCode } from "../output/exit-codes.ts";
import { addResultFlags, readWaitOptions } from "./result-flags.ts";
import { waitForResults } from "./wait-for-results.ts";

/** `orpool resume`: back to a batch that goes on, or has ended meanwhile. */
export function addResume(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  addResultFlags(
    program
      .command("resume")
      .description("watch a batch again, and get its results when it ends")
      .argument("<batch>", "the batch's id"),
    { continuing: "keep the answers that the output file has, and append" },
  ).action(async (id: string, _: unknown, command: Command) => {
    const flags = command.optsWithGlobals<Connection>();
    const options = await readWaitOptions(command);
    end(await waitForResults(connect(flags), id, options));
  });
}
