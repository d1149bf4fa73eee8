import type { Command } from "commander";
import type { ExitCode } from "../output/exit-codes.ts";
import { type Connection, connect } from "./connection.ts";
import { waitForResults } from "./wait-for-results.ts";

type ResumeOptions = Connection & {
  output?: string;
  simple?: boolean;
  quiet?: boolean;
};

/** `orpool resume`: back to a batch that goes on, or has ended meanwhile. */
export function addResume(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  program
    .command("resume")
    .description("watch a batch again, and get its results when it ends")
    .argument("<batch>", "the batch's id")
    .option(
      "-o, --output <file>",
      "where results go (default: standard output)",
    )
    .option("--simple", "write {id, content} instead of OpenAI's lines")
    .option("-q, --quiet", "show no progress")
    .action(async (id: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ResumeOptions>();
      end(
        await waitForResults(connect(options), id, {
          results: {
            path: options.output,
            isAppended: false,
            isSimple: options.simple === true,
          },
          isQuiet: options.quiet === true,
        }),
      );
    });
}
