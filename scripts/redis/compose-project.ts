import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { projectRoot } from "../project-root.ts";

/** A container of a Redis that Docker Compose has made. */
export interface ComposeContainer {
  project: string;
  /** The folder of its docker-compose.yml. */
  workingDir: string;
}

const firstPart = "openrouter-free-pool-";
const isOfFolder = new RegExp(`^${firstPart}[0-9a-f]{12}$`);

/**
 * The Compose project whose Redis has the data of a folder: one of its own, so that two stacks have two servers. Compose's
 * default, the name of the checkout's folder, is the same for all clones and all folders in which the package runs.
 *
 * @param dataDir where a server without Docker would have the data.
 * @param containers all containers of such a Redis on this machine. A checkout that has one under the default name keeps
 *   it, with its data.
 */
export function composeProject(
  dataDir: string | undefined,
  containers: readonly ComposeContainer[],
): string {
  const checkoutsOwn = join(projectRoot, ".data", "redis");
  const folder = resolve(dataDir ?? checkoutsOwn);
  const hash = createHash("sha256").update(folder).digest("hex").slice(0, 12);
  const own = `${firstPart}${hash}`;
  if (folder !== checkoutsOwn) return own;
  if (containers.some(({ project }) => project === own)) return own;
  const earlier = containers.find(
    ({ project, workingDir }) =>
      // A path that is absent would be the working folder's.
      workingDir !== "" &&
      resolve(workingDir) === resolve(projectRoot) &&
      !isOfFolder.test(project),
  );
  return earlier?.project ?? own;
}
