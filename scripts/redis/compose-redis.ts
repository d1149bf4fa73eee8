import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { projectRoot } from "../project-root.ts";

const run = promisify(execFile);

/**
 * The Redis of docker-compose.yml, with its volume. It is stopped at the end only if it was not
 * running before.
 */
export async function startComposeRedis(): Promise<{
  url: string;
  stop: () => Promise<void>;
}> {
  const ranBefore =
    (await compose("ps", "--status", "running", "--quiet", "redis")) !== "";
  await compose("up", "--detach", "--wait", "redis");
  const address = await compose("port", "redis", "6379");
  return {
    url: `redis://${address}`,
    stop: async () => {
      if (!ranBefore) await compose("stop", "redis");
    },
  };
}

async function compose(...args: string[]): Promise<string> {
  const { stdout } = await run("docker", ["compose", ...args], {
    cwd: projectRoot,
  });
  return stdout.trim();
}
