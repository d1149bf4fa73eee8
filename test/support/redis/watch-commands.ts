import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";

/** `1795441962.838976 [0 127.0.0.1:48964] "info" …`; a script's commands come from `lua`. */
const monitorLine = /^\+?[\d.]+ \[\d+ (\S+)\] "([^"]+)"/;

/**
 * Watches with MONITOR which commands a Redis is sent, without those that scripts
 * make. A plain socket, because ioredis mistakes a busy server's lines for replies.
 */
export async function watchCommands(redisUrl: string): Promise<{
  /** How often each command was sent so far, names in lower case. */
  readonly counts: ReadonlyMap<string, number>;
  /** How many commands came from each address, as `CLIENT LIST` names it. */
  readonly countsByAddress: ReadonlyMap<string, number>;
  /** Ends the watch. When it resolves, every command that was sent until now is counted. */
  stop(): Promise<void>;
}> {
  const { hostname, port } = new URL(redisUrl);
  const connectPlainly = () => connect(Number(port || 6379), hostname);
  const socket = connectPlainly();
  const counts = new Map<string, number>();
  const countsByAddress = new Map<string, number>();
  const lines = createInterface({ input: socket });
  const lastWord = randomUUID();
  const { promise: end, resolve: seenLastWord } = Promise.withResolvers<void>();
  lines.on("line", (line) => {
    const [, source, name] = monitorLine.exec(line) ?? [];
    if (!name || !source || source === "lua") return;
    if (line.includes(lastWord)) return seenLastWord();
    countOne(counts, name.toLowerCase());
    countOne(countsByAddress, source);
  });
  await once(socket, "connect");
  socket.write("MONITOR\r\n");
  await once(lines, "line");
  return {
    counts,
    countsByAddress,
    async stop() {
      // Lines come in order, so whatever was sent before this has been counted when it is seen.
      const speaker = connectPlainly();
      speaker.write(`ECHO ${lastWord}\r\n`);
      await Promise.race([end, once(socket, "close")]);
      speaker.destroy();
      socket.destroy();
    },
  };
}

function countOne(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
