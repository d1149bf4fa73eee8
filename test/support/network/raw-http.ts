import { once } from "node:events";
import { connect, type Socket } from "node:net";

const boundary = "raw-boundary";

/** One request as the bytes of its head and body, for clients that break the rules. */
export type RawRequest = { readonly head: string; readonly body: string };

/** Opens a connection to the host of `url`. Its errors are expected: the tests cut connections. */
export async function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({
    port: Number(port),
    host: hostname,
    allowHalfOpen: true,
  });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** Everything that comes until the other side closes. */
export async function readAll(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  await Promise.race([once(socket, "end"), once(socket, "close")]);
  return text;
}

/** A POST with a body of JSON. */
export function rawJson(path: string, body: object): RawRequest {
  return rawPost(path, "application/json", JSON.stringify(body));
}

/** A POST with a body that announces its length. */
export function rawPost(path: string, type: string, body: string): RawRequest {
  return { head: rawHead(path, type, Buffer.byteLength(body)), body };
}

/** The head of a POST of `length` bytes. */
export function rawHead(path: string, type: string, length: number): string {
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;
}

/** A GET without a body. */
export function rawGet(path: string): RawRequest {
  return { head: `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`, body: "" };
}

/** The type of the forms that {@link formPart} and {@link formEnd} make. */
export const formType = `multipart/form-data; boundary=${boundary}`;

/** One file of a form, without an end. */
export function formPart(name: string, content: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="a.jsonl"\r\nContent-Type: application/octet-stream\r\n\r\n${content}`;
}

/** One field of a form. */
export function formField(name: string, value: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
}

/** What ends a form. */
export const formEnd = `\r\n--${boundary}--\r\n`;

/** The status of a raw answer; undefined when there is none. */
export function statusOf(answer: string): number | undefined {
  const finals = [...answer.matchAll(/^HTTP\/1\.1 ([2-5]\d\d) /gm)];
  const status = finals.at(-1)?.[1];
  return status === undefined ? undefined : Number(status);
}
