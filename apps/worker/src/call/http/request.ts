import type { Dispatcher } from "undici";
import { ResponseBody } from "./response-body.ts";
import type { Sending } from "./sending.ts";

/** The beginning of an answer; its body follows. */
export type Response = {
  readonly status: number;
  /** Names in lower case; several headers of one name are joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ResponseBody;
};

/**
 * Sends a request.
 *
 * @param watch `sending` is told when the request is about to be written: an error before that shows
 *   that it was certainly not sent. `signal` aborts the request and its answer.
 * @returns the answer as soon as its headers are there. Read its body to the end or cancel it.
 * @throws what the connection failed with, what `sending` throws, or the signal's reason.
 */
export function request(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  watch: { readonly signal: AbortSignal; readonly sending: Sending },
): Promise<Response> {
  const { signal } = watch;
  // It would wait for a connection first.
  if (signal.aborted) return Promise.reject(signal.reason);
  const exchange = new Exchange(watch);
  dispatcher.dispatch(options, exchange);
  return exchange.response;
}

/** What undici tells of one request. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #signal: AbortSignal;
  readonly #sending: Sending;
  readonly #response = Promise.withResolvers<Response>();
  readonly #abort = () => this.#onAbort();
  #controller: Dispatcher.DispatchController | undefined;
  #body: ResponseBody | undefined;

  constructor({ signal, sending }: { signal: AbortSignal; sending: Sending }) {
    this.#signal = signal;
    this.#sending = sending;
    signal.addEventListener("abort", this.#abort, { once: true });
  }

  get response(): Promise<Response> {
    return this.#response.promise;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#signal.aborted) controller.abort(this.#signal.reason);
    else this.#sending.begin();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Headers,
  ): void {
    // Informational: the answer is yet to come.
    if (status < 200) return;
    const body = new ResponseBody(controller);
    this.#body = body;
    this.#response.resolve({ status, headers: joinHeaders(headers), body });
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#body?.push(chunk);
  }

  onResponseEnd(): void {
    this.#finish();
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#finish(error);
  }

  #onAbort(): void {
    const { reason } = this.#signal;
    this.#finish(reason);
    // Without a connection yet there is no controller; `onRequestStart` looks at the signal.
    this.#controller?.abort(reason);
  }

  #finish(error?: Error): void {
    this.#signal.removeEventListener("abort", this.#abort);
    if (this.#body) this.#body.end(error);
    else this.#response.reject(error);
  }
}

/** As undici reads them: names in lower case. */
type Headers = Readonly<Record<string, string | string[] | undefined>>;

function joinHeaders(headers: Headers): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    joined[name] = Array.isArray(value) ? value.join(", ") : (value ?? "");
  }
  return joined;
}
