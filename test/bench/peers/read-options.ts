import { parseArgs } from "node:util";
import { CannotRunError } from "./cannot-run-error.ts";

/** What the command line asks for. */
export type PeersOptions = {
  /** How often both gateways are started. */
  readonly starts: number;
  /** Rounds of each start. */
  readonly rounds: number;
  /** How long each load of each round takes. */
  readonly seconds: number;
  /** Have Redis on a port, as on another machine, in place of the socket that `npm start` uses. */
  readonly redisOnPort: boolean;
  /** Print the tables as Markdown. */
  readonly markdown: boolean;
};

const usage =
  "Usage: npm run bench:peers -- [--starts 3] [--rounds 3] [--seconds 3] [--redis-on-port] [--markdown]";

/**
 * Reads the command line.
 *
 * @throws {CannotRunError} with the usage when it cannot be understood.
 */
export function readOptions(args: readonly string[]): PeersOptions {
  const { starts, rounds, seconds, markdown, ...values } = parse(args);
  return {
    starts: readCount("starts", starts, 100),
    rounds: readCount("rounds", rounds, 100),
    seconds: readCount("seconds", seconds, 600),
    redisOnPort: values["redis-on-port"],
    markdown,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        starts: { type: "string", default: "3" },
        rounds: { type: "string", default: "3" },
        seconds: { type: "string", default: "3" },
        "redis-on-port": { type: "boolean", default: false },
        markdown: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CannotRunError(`${reason}\n${usage}`);
  }
}

function readCount(name: string, text: string, most: number): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new CannotRunError(
    `--${name} is "${text}": it must be a whole number from 1 to ${most}.\n${usage}`,
  );
}
