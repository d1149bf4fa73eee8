import { DecoratorHandler, type Dispatcher } from "undici";

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

  /** @throws {TooLateError} when it must not be sent any more. */
  begin(): void {
    if (performance.now() > this.#mustBeginBefore) throw new TooLateError();
    this.#wasBegun = true;
  }
}

type Watched = Dispatcher.DispatchOptions & { sending?: Sending };

/**
 * Records on a request's `sending` when it is about to be written. Before that it waits for a
 * connection, and an error shows that it was certainly not sent.
 */
export const watchSending: Dispatcher.DispatcherComposeInterceptor =
  (dispatch) => (options: Watched, handler) => {
    const { sending } = options;
    return dispatch(
      options,
      sending ? new SendingHandler(handler, sending) : handler,
    );
  };

class SendingHandler extends DecoratorHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #sending: Sending;

  constructor(handler: Dispatcher.DispatchHandler, sending: Sending) {
    super(handler);
    this.#handler = handler;
    this.#sending = sending;
  }

  onRequestStart(
    controller: Dispatcher.DispatchController,
    context: unknown,
  ): void {
    this.#sending.begin();
    this.#handler.onRequestStart?.(controller, context);
  }
}
