import { readdirSync } from "node:fs";
import addTab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { say } from "../words/say.ts";

/** Names that are offered at a time. */
const mostFiles = 200;

/** `orpool completion bash|zsh|fish|powershell`: a script that completes commands, options, choices and files. */
export function addCompletion(program: Command): void {
  const shell = addTab(program, { completionCommandName: "completion" });
  program.commands
    .find((command) => command.name() === "completion")
    ?.description(say("help.completion"));
  for (const { arguments: words, options } of shell.commands.values()) {
    for (const place of [words.get("input"), options.get("output")]) {
      if (place) place.handler = offerFiles;
    }
  }
}

/** Offers the files of the typed folder; the shell's own completion of files is off. */
function offerFiles(offer: (value: string, description: string) => void): void {
  const typed = process.argv.at(-1) ?? "";
  const folder = typed.slice(0, typed.lastIndexOf("/") + 1);
  try {
    const entries = readdirSync(folder || ".", { withFileTypes: true });
    const fitting = entries.filter(({ name }) =>
      `${folder}${name}`.startsWith(typed),
    );
    for (const entry of fitting.slice(0, mostFiles)) {
      const end = entry.isDirectory() ? "/" : "";
      offer(`${folder}${entry.name}${end}`, "");
    }
  } catch {
    // The folder does not exist: there is nothing to offer.
  }
}
