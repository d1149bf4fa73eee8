import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { inOrder } from "./in-order.ts";

/** An address that leads to whatever server it is pointed at, as a service's name does. */
export type TcpRelay = {
  readonly port: number;
  /** New connections go there from now on; those that are open stay where they are. */
  pointAt(port: number): void;
  /** What is sent from now on arrives so much later, in each direction. */
  delayBy(ms: number): void;
  stop(): Promise<void>;
};

/** Starts a relay on 127.0.0.1 that leads to `port` of the same host. */
export async function startTcpRelay(port: number): Promise<TcpRelay> {
  let target = port;
  let delayMs = 0;

  /** Passes on what arrives, delayed and in order. */
  function carry(from: Socket, to: Socket): void {
    const later = inOrder(() => delayMs);
    from.on("data", (chunk) => later(() => to.write(chunk)));
    from.on("end", () => later(() => to.end()));
  }

  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket);
      socket.setNoDelay();
      socket.on("error", () => other.destroy());
      socket.once("close", () => {
        open.delete(socket);
        other.destroy();
      });
      carry(socket, other);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    pointAt(next) {
      target = next;
    },
    delayBy(ms) {
      delayMs = ms;
    },
    async stop() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, "close");
    },
  };
}
