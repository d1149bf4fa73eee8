import type { Command } from "commander";
import { connect } from "../gateway/connection.ts";
import { type ExitCode, exitCodes } from "../output/exit-codes.ts";
import { writeResults } from "../results/write-results.ts";
import { say } from "../words/say.ts";
import {
  addOutputFlags,
  type ResultFlags,
  readResultFlags,
} from "./result-flags.ts";

/** `orpool results`: the results of a batch so far, without waiting. */
export function addResults(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  addOutputFlags(
    program
      .command("results")
      .description(say("help.results"))
      .argument("<batch>", say("help.batchId")),
  ).action(async (id: string, _: unknown, command: Command) => {
    const flags = command.optsWithGlobals<ResultFlags>();
    const gateway = connect(flags);
    const results = await readResultFlags(flags);
    await writeResults(gateway, await gateway.readBatch(id), results);
    end(exitCodes.done);
  });
}
