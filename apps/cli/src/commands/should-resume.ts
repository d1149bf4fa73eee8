import { createInterface } from "node:readline/promises";
import type { Batch } from "../gateway/objects.ts";
import { inputError } from "../input/input-error.ts";
import { describeCommand } from "../output/describe-command.ts";
import { isWatched } from "../output/terminal.ts";
import { formatCount } from "../progress/format.ts";
import { say } from "../words/say.ts";
import type { WayBack } from "./describe-way-back.ts";

/**
 * Asks whether to wait for a running batch of the same input; otherwise the input is sent a second
 * time.
 *
 * @throws {CliError} when nobody can be asked: calls use quota, so that a script must decide
 * itself.
 */
export async function shouldResume(
  { id, request_counts: counts }: Batch,
  { connectionFlags, resultFlags }: WayBack,
): Promise<boolean> {
  const { total, completed, failed } = counts;
  const finding =
    total === 0
      ? say("batch.runsAlready", { id })
      : say("batch.runsAlreadyProgress", {
          id,
          done: formatCount(completed + failed),
          total: formatCount(total),
        });
  if (!process.stdin.isTTY || !isWatched()) {
    const resume = ["resume", id, ...connectionFlags, ...resultFlags];
    const command = describeCommand(resume);
    throw inputError(
      [
        finding,
        say("batch.comeBack", { command }),
        say("batch.sendAgain"),
      ].join("\n"),
    );
  }
  const terminal = createInterface({
    input: process.stdin,
    output: process.stderr,
  });
  try {
    const answer = await terminal.question(say("batch.resumeIt", { finding }));
    return !/^\s*n/i.test(answer);
  } finally {
    terminal.close();
  }
}
