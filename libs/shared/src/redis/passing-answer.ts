/**
 * Answers of a server that is starting, failing over, moving its hash slot, saving, cut off, out of
 * disk space or busy with a script; and of one that did not begin a transaction because it refused
 * a command in it.
 */
const passingAnswer =
  /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|BUSY|MISCONF|NOREPLICAS|UNBLOCKED|EXECABORT)\b/;

/** Whether a server answered that it cannot do this now. */
export function isPassingAnswer(error: unknown): boolean {
  return error instanceof Error && passingAnswer.test(error.message);
}
