import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";

/** One HTTP request of a client. */
export type Message = {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
};

/** A whole answer. */
export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
};

/** Sends a message to one of the gateways and reads the answer to its end. */
export type Exchange = (message: Message) => Promise<Reply>;

const tries = 6;
const pauseMs = 500;

/**
 * Builds an {@link Exchange} that takes gateways in turn and sends a message again, to the next one, when its
 * connection broke, as a client with retries behind a balancer does.
 */
export function createExchange(deps: {
  gatewayUrls: () => readonly string[];
  onSentAgain: () => void;
}): { readonly exchange: Exchange; close(): Promise<void> } {
  const dispatcher = new Agent({ connections: 256 });
  let turn = 0;

  async function sendOnce(message: Message): Promise<Reply> {
    const urls = deps.gatewayUrls();
    turn += 1;
    const url = urls[turn % urls.length] ?? "";
    const { statusCode, headers, body } = await request(
      `${url}${message.path}`,
      {
        method: message.method ?? "GET",
        dispatcher,
        ...(message.headers ? { headers: message.headers } : {}),
        ...(message.body === undefined ? {} : { body: message.body }),
        ...(message.signal ? { signal: message.signal } : {}),
      },
    );
    return { status: statusCode, headers, text: await body.text() };
  }

  async function exchange(message: Message): Promise<Reply> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await sendOnce(message);
      } catch (error) {
        if (message.signal?.aborted || attempt === tries) throw error;
        deps.onSentAgain();
        if (attempt > 1) await sleep(pauseMs);
      }
    }
  }

  return { exchange, close: () => dispatcher.destroy() };
}
