/** Ends the command with one line instead of a stack trace. */
export class StopWithMessage extends Error {
  name = "StopWithMessage";
}
