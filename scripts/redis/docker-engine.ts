import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const answerTimeoutMs = 3_000;

/** Whether a Docker engine answers; the command alone, without an engine, is not enough. */
export async function dockerAnswers(): Promise<boolean> {
  try {
    const { stdout } = await run(
      "docker",
      ["info", "--format", "{{.ServerVersion}}"],
      {
        timeout: answerTimeoutMs,
        killSignal: "SIGKILL",
      },
    );
    return stdout.trim() !== "";
  } catch {
    return false;
  }
}
