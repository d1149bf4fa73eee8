import { CliError } from "../output/cli-error.ts";
import { exitCodes } from "../output/exit-codes.ts";

/** An input that cannot be used. */
export function inputError(message: string, cause?: unknown): CliError {
  return new CliError(message, exitCodes.usage, cause);
}
