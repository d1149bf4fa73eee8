import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { projectRoot } from "../project-root.ts";
import { type ComposeContainer, composeProject } from "./compose-project.ts";

const run = promisify(execFile);

/**
 * The Redis of docker-compose.yml, with a volume of its own for each data folder. It is stopped at the end only if it was
 * not running before.
 */
export async function startComposeRedis(dataDir?: string): Promise<{
  url: string;
  stop: () => Promise<void>;
}> {
  const compose = await openProject(dataDir);
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

async function openProject(dataDir: string | undefined) {
  // A name that is given is Compose's to read.
  const name = process.env.COMPOSE_PROJECT_NAME
    ? []
    : ["--project-name", composeProject(dataDir, await listContainers())];
  return (...args: string[]) => docker("compose", ...name, ...args);
}

async function listContainers(): Promise<ComposeContainer[]> {
  const label = (name: string) => `{{.Label "com.docker.compose.${name}"}}`;
  const lines = await docker(
    ...["ps", "--all", "--filter", "label=com.docker.compose.service=redis"],
    ...["--format", `${label("project")}\t${label("project.working_dir")}`],
  );
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\t"))
    .map(([project = "", workingDir = ""]) => ({ project, workingDir }));
}

async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run("docker", args, { cwd: projectRoot });
  return stdout.trim();
}
