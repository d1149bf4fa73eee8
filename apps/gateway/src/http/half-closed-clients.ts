import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Two writes are needed to detect a reset: the first provokes it, the second fails. */
const probesMs = [0, 50, 250, 1_000];
const laterProbesMs = 5_000;

/**
 * Lets clients close their own side once they have sent a request, and still get its answer. A
 * client that has gone looks the same at first, so it is probed with `102 Processing`, which
 * clients must ignore (RFC 9110, 15.2): the host of one that has gone answers with a reset.
 *
 * A client that closes its side while its answer is being sent counts as gone,
 * and so does one of HTTP/1.0, which knows no interim answers.
 */
export function answerHalfClosedClients(server: Server): void {
  // An option of Node's that is not in its types. Without it Node closes its side, too.
  Object.assign(server, { httpAllowHalfOpen: true });
  const current = new WeakMap<Socket, ServerResponse>();

  server.on("request", (request, response) => {
    current.set(request.socket, response);
  });
  server.on("connection", (socket) => {
    socket.once("end", () => {
      const response = current.get(socket);
      // Broken and idle connections are closed by Node.
      if (!response || response.writableEnded || !response.req.complete) return;
      if (response.headersSent || response.req.httpVersion === "1.0") {
        socket.destroy();
      } else void probe(response);
    });
  });
}

/** Probes until the answer begins or the connection is found to be closed. */
async function probe(response: ServerResponse): Promise<void> {
  for (let index = 0; ; index += 1) {
    await sleep(probesMs[index] ?? laterProbesMs, undefined, { ref: false });
    if (response.headersSent || response.destroyed) return;
    response.writeProcessing();
  }
}
