import type { ChildProcess } from "node:child_process";
import { Socket } from "node:net";

/** Lets our own process end while this child still runs. */
export function unrefChild(child: ChildProcess): void {
  child.unref();
  for (const stream of child.stdio) {
    if (stream instanceof Socket) stream.unref();
  }
}
