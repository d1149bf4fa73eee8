import { say } from "../words/say.ts";
import { simplify } from "./forms/simplify.ts";

/** Distinct messages that are counted; lines with others count together. */
const mostMessages = 100;
/** Longest message in a summary, in characters. */
const longestMessage = 200;

/** Counts failed lines by their error messages: thousands of lines often have the same one. */
export class FailureTally {
  readonly #counts = new Map<string, number>();

  /** Counts a line of the error file. */
  record(line: string): void {
    const { error } = simplify(line);
    const others = say("batch.otherErrors");
    const text = (error ?? others).slice(0, longestMessage);
    const isRoom = this.#counts.size < mostMessages || this.#counts.has(text);
    const message = isRoom ? text : others;
    this.#counts.set(message, (this.#counts.get(message) ?? 0) + 1);
  }

  /** The most frequent messages with the number of their lines. */
  top(count: number): readonly { message: string; lines: number }[] {
    return [...this.#counts]
      .map(([message, lines]) => ({ message, lines }))
      .sort((a, b) => b.lines - a.lines)
      .slice(0, count);
  }
}
