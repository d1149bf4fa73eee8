import { once } from "node:events";
import type { AppProcess } from "../../../support/processes/app-process.ts";

/** Environment that lets an app be inspected at a port of its own. */
export const inspectable = { NODE_OPTIONS: "--inspect=127.0.0.1:0" };

const replyTimeoutMs = 30_000;

/** Where an app's inspector listens; undefined when it was not started with {@link inspectable}. */
export function inspectorUrl({ output }: AppProcess): string | undefined {
  return output
    .map((line) => /^Debugger listening on (ws:\S+)/.exec(line)?.[1])
    .find((url) => url !== undefined);
}

/** Whether a line of an app's output is its inspector's. */
export function isInspectorLine(text: string | undefined): boolean {
  return /^(Debugger (listening|attached|ending)|For help, see: )/.test(
    text ?? "",
  );
}

/**
 * Collects all garbage of a process and reads what is left.
 *
 * @returns bytes of its objects, and of what they hold outside of the heap.
 */
export async function readLiveBytes(url: string): Promise<number> {
  const socket = new WebSocket(url);
  const signal = AbortSignal.timeout(replyTimeoutMs);
  try {
    await once(socket, "open", { signal });
    await ask(socket, 1, "HeapProfiler.collectGarbage");
    const { result } = await ask(socket, 2, "Runtime.evaluate", {
      expression:
        "(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())",
    });
    return Number(result?.value);
  } finally {
    socket.close();
  }
}

type Reply = { readonly result?: { readonly value?: unknown } };

async function ask(
  socket: WebSocket,
  id: number,
  method: string,
  params: object = {},
): Promise<Reply> {
  const signal = AbortSignal.timeout(replyTimeoutMs);
  socket.send(JSON.stringify({ id, method, params }));
  for (;;) {
    const [event] = (await once(socket, "message", { signal })) as [
      MessageEvent,
    ];
    const message = JSON.parse(String(event.data)) as {
      id?: number;
      result: Reply;
    };
    if (message.id === id) return message.result;
  }
}
