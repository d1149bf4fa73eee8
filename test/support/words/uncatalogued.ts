import { globSync, readFileSync } from "node:fs";
import { projectRoot } from "../../../scripts/project-root.ts";

/** The sources that match, by their path from the project's root. */
export function readSources(
  ...patterns: readonly string[]
): { file: string; text: string }[] {
  return globSync(patterns, { cwd: projectRoot })
    .toSorted()
    .map((file) => ({
      file,
      text: readFileSync(`${projectRoot}/${file}`, "utf8"),
    }));
}

const attribute =
  /\s(?:aria-label|placeholder|title|alt|data-label)="([^"]*)"/g;

/** Words that a template itself says, instead of having the catalogue say them. */
export function findTemplateWords(template: string): string[] {
  // What the template computes holds no text: that is for the sources' test to see.
  const html = template.replace(/<%[\s\S]*?%>/g, "·");
  const attributes = [...html.matchAll(attribute)].map(([, text = ""]) => text);
  const content = html
    .replace(/<(script|style|code)\b[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]*>/g, "\n");
  return [...attributes, ...content.split("\n")]
    .map((text) => text.replace(/&\w+;/g, "").trim())
    .filter((text) => /\p{L}{2}/u.test(text));
}

const literal = /"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g;

/**
 * Texts in quotes that read like words for people: two words or more, of which one is lower-case.
 *
 * @param source TypeScript or JavaScript. Comments, lines of the log, and what `isMeant` knows, do not count.
 */
export function findPhrases(
  source: string,
  isMeant: (phrase: string) => boolean,
): string[] {
  const code = source
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|\s)\/\/ .*$/gm, "")
    .replace(/logger\.\w+\([\s\S]*?\);/g, "");
  return [...code.matchAll(literal)]
    .map(([, quoted, template]) =>
      (quoted ?? template ?? "").replace(/\$\{[^}]*\}/g, "·"),
    )
    .filter((text) =>
      /(?:^|[\s·])[A-Za-z]?[a-z']+[,;:.?]? +(?:\S* )*[a-z']{2,}/.test(text),
    )
    .filter((text) => !isMeant(text));
}
