import { request } from "node:http";
import { testModel } from "./chat.ts";
import { type Answer, send } from "./send.ts";

/** A chat completion of about so many bytes. */
export function largeBody(bytes: number, marker: string, filler = "x"): Buffer {
  const count = Math.floor(bytes / Buffer.byteLength(filler));
  return Buffer.from(
    JSON.stringify({
      model: testModel,
      user: marker,
      messages: [{ role: "user", content: filler.repeat(count) }],
    }),
  );
}

/** Sends the bytes of a chat completion. */
export function postChat(
  url: string,
  body: Buffer,
  request: RequestInit = {},
): Promise<Answer> {
  return send(`${url}/v1/chat/completions`, {
    ...request,
    method: "POST",
    headers: { "content-type": "application/json", ...request.headers },
    body: new Uint8Array(body),
  });
}

/** As {@link postChat}, without a copy of the body for each request. @returns the status. */
export function postShared(
  url: string,
  body: Buffer,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const sent = request(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "content-length": body.length,
    },
    agent: false,
    signal,
  });
  sent.on("error", () => resolve(undefined));
  sent.on("response", (response) => {
    response.resume();
    resolve(response.statusCode);
  });
  sent.end(body);
  return promise;
}
