import type { Batch } from "../gateway/objects.ts";
import { say } from "../words/say.ts";

type Problem = NonNullable<Batch["errors"]>["data"][number];

/** At most so many line numbers are listed. */
const namedLines = 5;

/**
 * The problems of a batch's input, a line for each distinct one: a mistake in many lines is
 * reported once.
 *
 * @param problems as the gateway sends them, a hundred at most.
 */
export function describeProblems(problems: readonly Problem[]): string[] {
  const linesOf = new Map<string, number[]>();
  for (const { message, line } of problems) {
    const lines = linesOf.get(message) ?? [];
    if (line !== null) lines.push(line);
    linesOf.set(message, lines);
  }
  return [...linesOf].map(([message, lines]) => {
    const sentence = toSentence(message);
    return lines.length === 0 ? sentence : nameLines(lines, sentence);
  });
}

function nameLines(lines: readonly number[], problem: string): string {
  const [first = 0] = lines;
  if (lines.length === 1) return say("batch.line", { line: first, problem });
  const named = lines.slice(0, namedLines).join(", ");
  const more = lines.length - namedLines;
  return more > 0
    ? say("batch.linesMore", { lines: named, more, problem })
    : say("batch.lines", { lines: named, problem });
}

/** The gateway names the position of a missing field; the author of the file needs to know what to add. */
function toSentence(message: string): string {
  return message.replaceAll(
    /(?:`body`: )?`([^`]+)`:? (?:is required|Invalid input: expected \w+, received undefined)/g,
    (_, field: string) => say("batch.missing", { field }),
  );
}
