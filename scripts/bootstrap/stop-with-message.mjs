/** Ends the command with one line for a person instead of a stack trace. */
export class StopWithMessage extends Error {
  name = "StopWithMessage";
}
