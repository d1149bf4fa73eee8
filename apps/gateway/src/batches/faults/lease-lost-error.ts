/** Another gateway leads the batch by now: this one must not touch it any more. */
export class LeaseLostError extends Error {
  override name = "LeaseLostError";

  constructor() {
    super("Another gateway leads the batch");
  }
}
