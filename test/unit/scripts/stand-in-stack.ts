import { join } from "node:path";
import { vi } from "vitest";
import { findFreePort } from "../../../scripts/redis/free-port.ts";
import {
  type Run,
  runNode,
  type TemporaryProject,
} from "./temporary-project.ts";

export const untilOptions = { timeout: 60_000, interval: 20 };

// Stand-ins that show from outside what `npm start` does to its processes.
/** The source of an app. */
export function app(name: string): string {
  return `
  import { appendFileSync } from "node:fs";
  const note = (text: string) => appendFileSync("events", "${name} " + text + "\\n");
  console.log(JSON.stringify({ name: "${name}", pid: process.pid, redis: process.env.REDIS_URL }));
  process.on("SIGTERM", () => { note("SIGTERM"); setTimeout(() => { note("ended"); process.exit(0); }, Number(process.env.DRAIN_MS ?? 200)); });
  setInterval(() => {}, 1000);
`;
}
/** The source of a gateway that is ready at once. */
export const gateway = gatewayThat(200, { status: "ready" });

/** The source of a gateway that answers every request in the same way. */
export function gatewayThat(statusCode: number, answer: object): string {
  return `${app("gateway")}
  import { createServer } from "node:http";
  const server = createServer((_, response) => {
    response.statusCode = ${statusCode};
    response.end(${JSON.stringify(JSON.stringify(answer))});
  });
  server.listen(Number(process.env.PORT), "127.0.0.1", () => {
    const { port } = server.address();
    process.send?.({ listening: { host: "127.0.0.1", port } });
  });
`;
}

/** `npm start` in a project, with stand-ins where it has no apps. */
export async function startStack(
  project: TemporaryProject,
  env: NodeJS.ProcessEnv = {},
): Promise<Run> {
  if (!project.has("apps/gateway/src/main.ts")) {
    project.write("apps/gateway/src/main.ts", gateway);
  }
  if (!project.has("apps/worker/src/main.ts")) {
    project.write("apps/worker/src/main.ts", app("worker"));
  }
  return runNode([join(project.root, "scripts/start.ts")], {
    env: {
      PATH: process.env.PATH,
      PORT: String(await findFreePort()),
      REDIS_URL: "redis://127.0.0.1:1",
      OPENROUTER_API_KEYS: "sk-or-v1-test",
      ...env,
    },
  });
}

export async function untilReady(run: Run): Promise<void> {
  await vi.waitUntil(() => run.stderr().includes("Ready: "), untilOptions);
  await vi.waitUntil(() => pidsOf(run).length === 2, untilOptions);
}

/** The process ids of the apps that have started. */
export function pidsOf(run: Run): number[] {
  const lines = run.stdout().split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line).pid);
}
