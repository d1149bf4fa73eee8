import type { Command } from "commander";
import { type Connection, connect } from "../gateway/connection.ts";
import { type ExitCode, exitCodes } from "../output/exit-codes.ts";
import { print } from "../output/terminal.ts";
import { say } from "../words/say.ts";

/** `orpool cancel`: ends a batch; its results are kept. */
export function addCancel(
  program: Command,
  end: (code: ExitCode) => void,
): void {
  program
    .command("cancel")
    .description(say("help.cancel"))
    .argument("<batch>", say("help.batchId"))
    .action(async (id: string, _: unknown, command: Command) => {
      const gateway = connect(command.optsWithGlobals<Connection>());
      const { status } = await gateway.cancelBatch(id);
      print(
        process.stdout.isTTY
          ? say(`batch.status.${status}`)
          : JSON.stringify({ batch: id, status }),
      );
      end(exitCodes.done);
    });
}
