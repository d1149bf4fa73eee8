/** Answers of a server that is starting, failing over, saving, cut off, without room on its disk, or busy with a script. */
const passingAnswer =
  /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|MISCONF|NOREPLICAS|UNBLOCKED)\b/;

/** Whether a server answered that it cannot do this now. */
export function isPassingAnswer(error: unknown): boolean {
  return error instanceof Error && passingAnswer.test(error.message);
}
