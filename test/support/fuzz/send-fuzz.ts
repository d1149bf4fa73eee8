import { Agent, request } from "node:http";
import { connect } from "node:net";
import type { FuzzRequest } from "./fuzz-request.ts";

/** What came back; no status where the connection was closed without one. */
export type FuzzAnswer = {
  readonly status: number | undefined;
  readonly type: string;
  /** Head and body. */
  readonly text: string;
};

const patienceMs = 60_000;

/** Sends requests to a gateway over connections that are kept. */
export function createSendFuzz(url: string, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port } = new URL(url);

  function sendByLibrary(fuzz: FuzzRequest): Promise<FuzzAnswer> {
    return new Promise((resolve, reject) => {
      const outgoing = request({
        agent,
        host: hostname,
        port,
        method: fuzz.method,
        path: fuzz.path,
        timeout: patienceMs,
      });
      for (const [name, value] of fuzz.headers) outgoing.setHeader(name, value);
      if (fuzz.body.length > 0) {
        outgoing.setHeader("Content-Length", fuzz.body.length);
      }
      outgoing.on("timeout", () =>
        outgoing.destroy(new Error(`No answer within ${patienceMs} ms`)),
      );
      outgoing.on("response", (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        const end = () =>
          resolve({
            status: incoming.statusCode,
            type: incoming.headers["content-type"] ?? "",
            text: `${incoming.rawHeaders.join("\n")}\n\n${Buffer.concat(chunks)}`,
          });
        incoming.on("end", end);
        // A stream that is broken off is an answer, too.
        incoming.on("error", end);
      });
      outgoing.on("error", reject);
      outgoing.end(fuzz.body);
    });
  }

  function sendBytes(fuzz: FuzzRequest): Promise<FuzzAnswer> {
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      const socket = connect(Number(port), hostname, () => {
        const head = [
          `${fuzz.method} ${fuzz.path} HTTP/1.1`,
          ...fuzz.headers.map(([name, value]) => `${name}: ${value}`),
        ].join("\r\n");
        socket.end(
          Buffer.concat([Buffer.from(`${head}\r\n\r\n`, "latin1"), fuzz.body]),
        );
      });
      socket.setTimeout(patienceMs, () => socket.destroy());
      socket.on("data", (chunk: Buffer) => chunks.push(chunk));
      socket.on("error", () => undefined);
      socket.on("close", () => {
        const text = Buffer.concat(chunks).toString();
        const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
        resolve({
          status: status === undefined ? undefined : Number(status),
          type: /^content-type: (.*)$/im.exec(text)?.[1] ?? "",
          text,
        });
      });
    });
  }

  return {
    /** @throws {Error} where the gateway closes the connection, or does not answer. */
    send: (fuzz: FuzzRequest): Promise<FuzzAnswer> =>
      fuzz.isRaw ? sendBytes(fuzz) : sendByLibrary(fuzz),
    close: () => agent.destroy(),
  };
}
