/** The request could not be sent before its time limit. */
export class TooLateError extends Error {
  override name = "TooLateError";
}

/** Whether any byte of a request may have left this machine. */
export class Sending {
  readonly #mustBeginBefore: number;
  #wasBegun = false;

  /** @param mustBeginBefore in ms of `performance.now()`. */
  constructor(mustBeginBefore: number) {
    this.#mustBeginBefore = mustBeginBefore;
  }

  get wasBegun(): boolean {
    return this.#wasBegun;
  }

  /**
   * Call it when the request is about to be written. Before that it waits for a connection, and an
   * error shows that it was certainly not sent.
   *
   * @throws {TooLateError} when it must not be sent any more.
   */
  begin(): void {
    if (performance.now() > this.#mustBeginBefore) throw new TooLateError();
    this.#wasBegun = true;
  }
}
