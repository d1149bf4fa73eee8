import type { HelpConfiguration } from "commander";
import { say } from "../words/say.ts";

const titles = ["Usage:", "Arguments:", "Options:", "Commands:"] as const;

/** Commander's own texts of a help, in the terminal's language. */
export function speakHelp(): HelpConfiguration {
  return {
    styleTitle(text) {
      const title = titles.find((each) => each === text);
      return title ? say(`help.title.${title}`) : text;
    },
    styleOptionDescription: (text) =>
      text
        .replace(/\(choices: (.*?)\)/, (_, values: string) =>
          say("help.choices", { values }),
        )
        .replace(/\(default: ([^)]*)\)/, (_, value: string) =>
          say("help.default", { value }),
        ),
  };
}
