import type { Command } from "commander";
import { type ExitCode, exitCodes } from "../output/exit-codes.ts";
import { writeResults } from "../results/write-results.ts";
import { type Connection, connect } from "./connection.ts";

type ResultsOptions = Connection & { output?: string; simple?: boolean };

/** `orpool results`: what a batch has so far, without waiting. */
export function addResults(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  program
    .command("results")
    .description("get the results that a batch has so far")
    .argument("<batch>", "the batch's id")
    .option(
      "-o, --output <file>",
      "where results go (default: standard output)",
    )
    .option("--simple", "write {id, content} instead of OpenAI's lines")
    .action(async (id: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ResultsOptions>();
      const gateway = connect(options);
      await writeResults(gateway, await gateway.readBatch(id), {
        path: options.output,
        isAppended: false,
        isSimple: options.simple === true,
      });
      end(exitCodes.done);
    });
}
