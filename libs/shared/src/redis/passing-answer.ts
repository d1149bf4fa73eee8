/**
 * Answers of a server that is starting, failing over, moving its hash slot, saving, cut off, out of
 * disk space or busy with a script; that lets nobody in for now, because it has too many clients or
 * another password than a moment ago; and of one that did not begin a transaction because it refused
 * a command in it.
 */
const passingAnswer =
  /^(ERR max number of clients reached|NOAUTH|WRONGPASS|LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|BUSY|MISCONF|NOREPLICAS|UNBLOCKED|EXECABORT)\b/;

/** Whether a server answered that it cannot do this now. */
export function isPassingAnswer(error: unknown): boolean {
  return error instanceof Error && passingAnswer.test(error.message);
}
