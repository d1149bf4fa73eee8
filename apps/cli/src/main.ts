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
import { tell } from "./output/terminal.ts";

const program = new Command("orpool")
  .description("Runs files of prompts through an OpenRouter free pool.")
  .version(manifest.version)
  .option(
    "-u, --url <url>",
    "the gateway",
    process.env.ORPOOL_URL ?? "http://localhost:3000",
  )
  .exitOverride()
  .showHelpAfterError("(orpool --help tells more)")
  .addHelpText(
    "after",
    `
Examples:
  orpool run prompts.jsonl -o results.jsonl         a line {"prompt": "…"} each
  orpool run words.csv -t "Into French: {word}" -o words-fr.csv
  orpool run prompts.jsonl -o results.jsonl --continue   what has no answer yet
  orpool run prompts.jsonl --detach                 prints the batch's id and ends
  orpool resume batch_… -o results.jsonl            back to a batch that goes on
  orpool completion bash >> ~/.bashrc               also zsh and fish

Environment: ORPOOL_URL, ORPOOL_API_KEY (a key of the gateway), ORPOOL_MODEL; for operators
             ORPOOL_ADMIN_PASSWORD, ORPOOL_ADMIN_USERNAME (admin)
Exit codes:  0 all answered, 1 error, 2 usage, 3 some lines failed, 4 batch failed, expired or cancelled, 130 interrupted`,
  );

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

// A reader such as `head` may leave early.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? exitCodes.done : exitCodes.error);
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  } else if (error instanceof CliError) {
    tell(error.message);
    process.exitCode = error.exitCode;
  } else {
    tell(error instanceof Error ? error.message : String(error));
    process.exitCode = exitCodes.error;
  }
}
