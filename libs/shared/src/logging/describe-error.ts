import { pino, type SerializedError } from "pino";

/**
 * The form in which an error is logged. Errors of Redis contain the arguments of their command,
 * which may be a password or a prompt: only the command's name is kept.
 */
export function describeError(error: Error): SerializedError {
  const described = pino.stdSerializers.err(error);
  const { command } = described as { command?: { name?: unknown } };
  if (command) described.command = command.name;
  const { errors } = error as { errors?: unknown };
  if (Array.isArray(errors)) {
    described.aggregateErrors = errors.map(describeError);
  }
  return described;
}
