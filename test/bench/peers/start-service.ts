import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { dieWithParent } from "../../../scripts/processes/die-with-parent.ts";
import { send } from "../../support/clients/send.ts";
import { until } from "../../support/until.ts";

/** A server on Node that takes part in the comparison. */
export type Service = {
  readonly pid: number;
  /** SIGTERM; resolves when the process has ended. */
  stop(): Promise<void>;
};

/**
 * Starts a server on this process's own Node and waits until it answers.
 *
 * @param service `output` is the file that takes what the server writes: nobody reads along, so that
 *   logging costs the server what it costs, and nothing else. `readyUrl` answers 200 once it is ready.
 * @throws {Error} when the server ends at its start, or does not answer.
 */
export async function startService(service: {
  readonly file: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly output: string;
  readonly readyUrl?: string;
}): Promise<Service> {
  const { file, args = [], env, cwd, output, readyUrl } = service;
  const sink = await open(output, "w");
  const child = spawn(process.execPath, [file, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ["ignore", sink.fd, sink.fd],
    detached: true,
  });
  dieWithParent(child);
  await sink.close();
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;

  async function stop(): Promise<void> {
    if (hasEnded()) return;
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  }

  if (readyUrl) {
    try {
      await until(`${readyUrl} answers`, async () => {
        if (hasEnded()) throw new Error(`${file} ended at its start`);
        return send(readyUrl).then(
          ({ status }) => status === 200,
          () => false,
        );
      });
    } catch (error) {
      await stop();
      throw new Error(`${file} wrote:\n${await readFile(output, "utf8")}`, {
        cause: error,
      });
    }
  }
  return { pid: child.pid ?? 0, stop };
}
