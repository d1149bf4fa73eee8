import { inLanguage } from "@openrouter-free-pool/shared/language/current-language";
import { readTerminalLanguage } from "@openrouter-free-pool/shared/language/terminal-language";
import { Command, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { addCancel } from "./commands/cancel.ts";
import { addCompletion } from "./commands/completion.ts";
import { addClients } from "./commands/operating/clients.ts";
import { addKeys } from "./commands/operating/keys.ts";
import { addModels } from "./commands/operating/models.ts";
import { addUsage } from "./commands/operating/usage.ts";
import { addWebhooks } from "./commands/operating/webhooks.ts";
import { addResults } from "./commands/results.ts";
import { addResume } from "./commands/resume.ts";
import { addRetry } from "./commands/retry.ts";
import { addRun } from "./commands/run.ts";
import { addStatus } from "./commands/status.ts";
import { CliError } from "./output/cli-error.ts";
import { exitCodes } from "./output/exit-codes.ts";
import { speakHelp } from "./output/speak-help.ts";
import { tell } from "./output/terminal.ts";
import { say } from "./words/say.ts";

// A reader such as `head` may close the pipe early.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? exitCodes.done : exitCodes.error);
});

await inLanguage(readTerminalLanguage(process.env), async () => {
  try {
    await buildProgram().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode =
        error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    } else if (error instanceof CliError) {
      tell(error.message);
      process.exitCode = error.exitCode;
    } else {
      tell(error instanceof Error ? error.message : String(error));
      process.exitCode = exitCodes.error;
    }
  }
});

function buildProgram(): Command {
  const program = new Command("orpool")
    .description(say("help.about"))
    .version(manifest.version, "-V, --version", say("help.version"))
    .helpOption("-h, --help", say("help.help"))
    .helpCommand("help [command]", say("help.help"))
    .configureHelp(speakHelp())
    .option(
      "-u, --url <url>",
      say("help.url"),
      process.env.ORPOOL_URL ?? "http://localhost:3000",
    )
    .exitOverride()
    .showHelpAfterError(say("help.more"))
    .addHelpText("after", say("help.examples"));

  for (const add of [
    addRun,
    addResume,
    addResults,
    addRetry,
    addStatus,
    addKeys,
    addModels,
    addClients,
    addUsage,
    addWebhooks,
    addCancel,
  ]) {
    add(program, (code) => {
      process.exitCode = code;
    });
  }

  addCompletion(program);
  return program;
}
