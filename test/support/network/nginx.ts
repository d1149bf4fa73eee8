import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { dieWithParent } from "../../../scripts/processes/die-with-parent.ts";
import { projectRoot } from "../../../scripts/project-root.ts";
import { findFreePort } from "../../../scripts/redis/free-port.ts";
import { send } from "../clients/send.ts";
import { until } from "../until.ts";

/** A running nginx that serves one site. */
export type Nginx = {
  readonly url: string;
  /** Of the process that starts those that answer. */
  readonly pid: number;
  /** What it has complained about. */
  readErrors(): Promise<string>;
  stop(): Promise<void>;
};

/** Configurations of `deploy/nginx`. */
type Configuration = "openrouter-free-pool.conf" | "two-pools.conf";

/** The nginx of this machine; a test without one says so: `ctx.skip("needs nginx on the PATH")`. */
export function findNginx(): string | undefined {
  const folders = `${process.env.PATH ?? ""}${delimiter}/usr/sbin`;
  return folders
    .split(delimiter)
    .map((folder) => join(folder, "nginx"))
    .find(isExecutable);
}

/** Starts nginx in front of gateways with a configuration of ours: addresses are replaced, in their order, and nothing else. */
export async function startNginx(
  binary: string,
  gateways: readonly { url: string }[],
  configuration: Configuration = "openrouter-free-pool.conf",
): Promise<Nginx> {
  const path = join(projectRoot, "deploy/nginx", configuration);
  const shipped = await readFile(path, "utf8");
  return startSite(binary, (port) => replaceAddresses(shipped, port, gateways));
}

/** Starts nginx as people do who have read nothing: `proxy_pass`, and no line more. */
export function startPlainNginx(
  binary: string,
  gateway: { url: string },
): Promise<Nginx> {
  return startSite(
    binary,
    (port) =>
      `server { listen 127.0.0.1:${port}; location / { proxy_pass ${gateway.url}; } }`,
  );
}

/** Starts nginx with one site, which must answer `GET /health` with a 200. */
export async function startSite(
  binary: string,
  describeSite: (port: number) => string,
): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), "openrouter-free-pool-nginx-"));
  await mkdir(join(folder, "temp"));
  const port = await findFreePort();
  await writeFile(join(folder, "site.conf"), describeSite(port));
  await writeFile(join(folder, "nginx.conf"), frame(folder));
  const child = spawn(binary, ["-p", folder, "-c", "nginx.conf"], {
    stdio: "ignore",
  });
  dieWithParent(child);
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const readErrors = () => readFile(join(folder, "error.log"), "utf8");
  const url = `http://127.0.0.1:${port}`;
  await until("nginx answers", async () => {
    if (child.exitCode !== null) throw new Error(await readErrors());
    return send(`${url}/health`).then(
      ({ status }) => status === 200,
      () => false,
    );
  });
  return {
    url,
    pid: child.pid ?? 0,
    readErrors,
    async stop() {
      child.kill("SIGTERM");
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function replaceAddresses(
  text: string,
  port: number,
  gateways: readonly { url: string }[],
): string {
  const servers = gateways.map(
    ({ url }) => `server ${new URL(url).host} max_fails=0;`,
  );
  let used = 0;
  return text
    .replace(/^ {4}listen 80;/m, `    listen 127.0.0.1:${port};`)
    .replace(/^ {4}server 127\.0\.0\.1:.*;$/gm, () => servers[used++] ?? "");
}

function frame(folder: string): string {
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/temp/${name};`,
  );
  // Its workers would be nobody, who may not write into our folder.
  const user = process.getuid?.() === 0 ? "user root;" : "";
  return `daemon off;
${user}
worker_processes 2;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log info;
events { worker_connections 4096; }
http {
  access_log off;
  ${temp.join("\n  ")}
  include ${folder}/site.conf;
}
`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
