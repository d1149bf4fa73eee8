import { createInterface } from "node:readline/promises";
import type { Batch } from "../gateway/objects.ts";
import { inputError } from "../input/input-error.ts";
import { describeCommand } from "../output/describe-command.ts";
import { isWatched } from "../output/terminal.ts";
import { formatCount } from "../progress/format.ts";
import type { WayBack } from "./describe-way-back.ts";

/**
 * Asks whether to wait for a batch of the same input that runs already; the other answer sends it a second time.
 *
 * @throws {CliError} where nobody can be asked: calls cost quota, so that a script has to say what it wants.
 */
export async function shouldResume(
  { id, request_counts: counts }: Batch,
  { connectionFlags, resultFlags }: WayBack,
): Promise<boolean> {
  const { total, completed, failed } = counts;
  const progress =
    total === 0
      ? ""
      : ` (${formatCount(completed + failed)} of ${formatCount(total)} done)`;
  const finding = `This input runs already as ${id}${progress}`;
  if (!process.stdin.isTTY || !isWatched()) {
    const resume = ["resume", id, ...connectionFlags, ...resultFlags];
    throw inputError(
      `${finding}\n  come back:  ${describeCommand(resume)}\n  send it a second time:  add --again`,
    );
  }
  const terminal = createInterface({
    input: process.stdin,
    output: process.stderr,
  });
  try {
    const answer = await terminal.question(
      `${finding}. Resume it? [Y/n: send it a second time] `,
    );
    return !/^\s*n/i.test(answer);
  } finally {
    terminal.close();
  }
}
