import { DecoratorHandler, type Dispatcher } from "undici";

/** Whether any byte of a request may have left this machine. */
export class Sending {
  wasBegun = false;
}

type Watched = Dispatcher.DispatchOptions & { sending?: Sending };

/**
 * Notes on a request's `sending` when it is about to be written. Before that it
 * waits for a connection, and an error shows that it was surely not sent.
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
    this.#sending.wasBegun = true;
    this.#handler.onRequestStart?.(controller, context);
  }
}
