import { Webhook } from "standardwebhooks";
import { type Dispatcher, request } from "undici";
import { toPayload, type WebhookEvent } from "../events/event.ts";

const timeoutMs = 15_000;
/** A connection whose answer is longer is not reused. */
const mostAnswerBytes = 64 * 1024;

/** The address of an event's receiver, and the secret that signs the event. */
export type Receiver = { readonly url: string; readonly secret: string };

/**
 * Sends an event once.
 *
 * @throws {Error} when the receiver does not answer with a 2xx in time, or must not be called.
 */
export async function sendEvent(
  event: WebhookEvent,
  { url, secret }: Receiver,
  dispatcher: Dispatcher,
): Promise<void> {
  const payload = toPayload(event);
  // The receiver compares it with its own clock.
  const sentAt = new Date();
  const { statusCode, body } = await request(url, {
    method: "POST",
    dispatcher,
    signal: AbortSignal.timeout(timeoutMs),
    headers: {
      "content-type": "application/json",
      "user-agent": "openrouter-free-pool",
      "webhook-id": event.id,
      "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1_000)),
      "webhook-signature": new Webhook(secret).sign(event.id, sentAt, payload),
    },
    body: payload,
  });
  // The answer's body is ignored, whatever its length.
  await body.dump({ limit: mostAnswerBytes }).catch(() => undefined);
  if (statusCode < 200 || statusCode > 299) {
    const isRedirect = statusCode >= 300 && statusCode < 400;
    const note = isRedirect ? "; redirects are not followed" : "";
    throw new Error(`The receiver answered ${statusCode}${note}`);
  }
}
