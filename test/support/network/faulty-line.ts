import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { inOrder } from "./in-order.ts";

/** Some bytes on their way, and the connection that they are on. */
export type Passage = {
  readonly direction: "request" | "reply";
  readonly bytes: Buffer;
  /** The same object for all that passes on one connection: rules may remember something by it. */
  readonly connection: object;
  /** Whether nothing has passed on the connection before. */
  readonly isFirst: boolean;
};

/** `hold`: these bytes and those behind them wait until `release()`; `break`: the connection is cut instead. */
export type Fate = "pass" | "hold" | "break";

/** A line between a process and a server of which everything can go wrong. */
export type FaultyLine = {
  readonly port: number;
  /** What becomes of what is sent from now on; without a rule everything passes. */
  follow(rule?: (passage: Passage) => Fate): void;
  /** What is sent from now on arrives so much later, in each direction. */
  delayBy(ms: number): void;
  /** Lets what is held pass, and holds nothing more until the next rule. */
  release(): void;
  /** New connections lead to this port from now on. */
  pointAt(port: number): void;
  stop(): Promise<void>;
};

/** Starts a line on 127.0.0.1 that leads to `port` of the same host. */
export async function startFaultyLine(port: number): Promise<FaultyLine> {
  let target = port;
  let delayMs = 0;
  let rule: (passage: Passage) => Fate = () => "pass";
  const open = new Set<Socket>();
  const held = new Set<() => void>();

  /** Passes on what arrives, in order, as the rule says. */
  function carry(
    from: Socket,
    to: Socket,
    pass: (bytes: Buffer) => Fate,
  ): void {
    const later = inOrder(() => delayMs);
    const send = (bytes: Buffer) => later(() => to.write(bytes));
    let waiting: Buffer[] | undefined;
    from.on("data", (bytes: Buffer) => {
      if (waiting) return void waiting.push(bytes);
      const fate = pass(bytes);
      if (fate === "break") return void from.destroy();
      if (fate === "pass") return send(bytes);
      waiting = [bytes];
      held.add(() => {
        for (const each of waiting ?? []) send(each);
        waiting = undefined;
      });
    });
  }

  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    const connection = {};
    let isFirst = true;
    for (const [socket, other, direction] of [
      [near, far, "request"],
      [far, near, "reply"],
    ] as const) {
      open.add(socket);
      socket.setNoDelay();
      socket.on("error", () => other.destroy());
      socket.once("close", () => {
        open.delete(socket);
        other.destroy();
      });
      carry(socket, other, (bytes) => {
        const fate = rule({ direction, bytes, connection, isFirst });
        isFirst = false;
        return fate;
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    follow(next = () => "pass") {
      rule = next;
    },
    delayBy(ms) {
      delayMs = ms;
    },
    release() {
      rule = () => "pass";
      for (const pass of held) pass();
      held.clear();
    },
    pointAt(next) {
      target = next;
    },
    async stop() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, "close");
    },
  };
}
