import {
  isBlank,
  readLines,
} from "@openrouter-free-pool/shared/lines/line-splitter";
import { GatewayError } from "../../errors/gateway-error.ts";

const lineBreak = Buffer.from("\n");

/**
 * Copies lines of an input unchanged, in their order.
 *
 * @param options.isWanted whether a line is copied, by its number.
 * @param options.write resolves when there is room for more.
 * @returns how many lines were copied.
 * @throws {GatewayError} `invalid-request` for a line that is longer than `lineBytes`.
 */
export async function copyLines(
  input: AsyncIterable<Buffer>,
  options: {
    lineBytes: number;
    isWanted: (line: number) => boolean;
    write: (bytes: Buffer) => Promise<void>;
  },
): Promise<number> {
  let copied = 0;
  for await (const line of readLines(input, options.lineBytes)) {
    if (!options.isWanted(line.number) || isBlank(line)) continue;
    if (!line.bytes) {
      throw new GatewayError(
        "invalid-request",
        `Line ${line.number} of the input file is too long`,
      );
    }
    // Copied: a slice would keep its whole chunk in memory.
    await options.write(Buffer.concat([line.bytes, lineBreak]));
    copied += 1;
  }
  return copied;
}
