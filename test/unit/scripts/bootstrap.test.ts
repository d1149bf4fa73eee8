import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { isAlive } from "../../../scripts/processes/is-alive.mjs";
import {
  createProject,
  type Run,
  runNode,
  type TemporaryProject,
} from "./temporary-project.ts";

const untilOptions = { timeout: 60_000, interval: 20 };

// Stands in for npm: writes down how it was called, and provides what it would have installed.
const npm = `
const { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const args = process.argv.slice(2);
const folder = args[args.indexOf("--prefix") + 1];
appendFileSync(process.env.NPM_CALLS, args.slice(0, args.indexOf("--prefix")).join(" ") + "\\n");
if (process.env.NPM_HANGS) {
  writeFileSync(join(folder, "npm-pid"), String(process.pid));
  setInterval(() => {}, 1000);
}
if (process.env.NPM_FAILS) { console.error(process.env.NPM_FAILS); process.exit(1); }
mkdirSync(join(folder, "node_modules"), { recursive: true });
const wanted = args.find((arg) => arg.endsWith("@24"));
if (wanted) {
  const bin = join(folder, "node_modules", wanted.slice(0, -3), "bin");
  mkdirSync(bin, { recursive: true });
  if (process.env.NPM_NODE) symlinkSync(process.env.NPM_NODE, join(bin, "node"));
}
setTimeout(() => {}, 300);
`;

const olderNode = [
  "--import",
  "data:text/javascript,Object.defineProperty(process, 'version', { value: 'v20.1.0' })",
];

function createNpmProject(): TemporaryProject {
  const project = createProject();
  project.write("npm/npm-cli.js", npm);
  project.write("package.json", '{ "workspaces": ["apps/*"], "scripts": {} }');
  project.write("apps/one/package.json", '{ "name": "one" }');
  project.write("package-lock.json", "{}");
  project.write(
    "target.ts",
    "const args: string[] = process.argv.slice(2); console.log(JSON.stringify({ args, node: process.execPath, cwd: process.cwd() }));",
  );
  return project;
}

interface BootstrapOptions {
  args?: string[];
  env?: NodeJS.ProcessEnv;
  nodeFlags?: string[];
}

function bootstrap(
  project: TemporaryProject,
  { args = ["target.ts"], env = {}, nodeFlags = [] }: BootstrapOptions = {},
): Run {
  return runNode(
    [...nodeFlags, join(project.root, "scripts/bootstrap.mjs"), ...args],
    {
      env: {
        PATH: process.env.PATH,
        npm_execpath: join(project.root, "npm/npm-cli.js"),
        NPM_CALLS: join(project.root, "npm-calls"),
        NPM_NODE: process.execPath,
        ...env,
      },
    },
  );
}

function npmCalls(project: TemporaryProject): string[] {
  return project.has("npm-calls")
    ? project.read("npm-calls").trim().split("\n")
    : [];
}

describe("dependencies", () => {
  test("are installed on the first run only, and the target runs in the checkout", async () => {
    const project = createNpmProject();

    const first = bootstrap(project, { args: ["target.ts", "a", "b c"] });
    expect(await first.ended).toBe(0);
    expect(first.stderr()).toBe("Installing dependencies (first run) …\n");
    expect(JSON.parse(first.stdout())).toMatchObject({
      args: ["a", "b c"],
      cwd: project.root,
    });

    const second = bootstrap(project);
    expect(await second.ended).toBe(0);
    expect(second.stderr()).toBe("");
    expect(npmCalls(project)).toEqual([
      "install --no-save --include=dev --ignore-scripts",
    ]);
  });

  test("are installed again when a workspace asks for others, not when a script changes", async () => {
    const project = createNpmProject();
    await bootstrap(project).ended;

    project.write(
      "package.json",
      '{ "workspaces": ["apps/*"], "scripts": { "x": "y" } }',
    );
    await bootstrap(project).ended;
    expect(npmCalls(project)).toHaveLength(1);

    project.write(
      "apps/one/package.json",
      '{ "name": "one", "dependencies": { "a": "1" } }',
    );
    await bootstrap(project).ended;
    expect(npmCalls(project)).toHaveLength(2);

    project.write("package-lock.json", '{ "packages": {} }');
    await bootstrap(project).ended;
    expect(npmCalls(project)).toHaveLength(3);
  });

  test("are installed once by two commands that start together", async () => {
    const project = createNpmProject();
    const runs = [bootstrap(project), bootstrap(project), bootstrap(project)];
    expect(await Promise.all(runs.map((run) => run.ended))).toEqual([0, 0, 0]);
    expect(npmCalls(project)).toHaveLength(1);
  });

  test("are installed although an earlier command died while it installed", async () => {
    const project = createNpmProject();
    const dead = runNode(["--eval", ""]);
    await dead.ended;
    project.write("node_modules/.bootstrap-lock", String(dead.child.pid));
    expect(await bootstrap(project).ended).toBe(0);
    expect(npmCalls(project)).toHaveLength(1);
    expect(project.has("node_modules/.bootstrap-lock")).toBe(false);
  });

  test("are not installed any more by a command that is told to stop", async () => {
    const project = createNpmProject();
    const run = bootstrap(project, { env: { NPM_HANGS: "1" } });
    const npmPid = () => Number(project.read("npm-pid"));
    await vi.waitUntil(
      () => project.has("npm-pid") && npmPid() > 0,
      untilOptions,
    );
    run.child.kill("SIGTERM");
    expect(await run.ended).toBe(143);
    expect(project.has("node_modules/.bootstrap-lock")).toBe(false);
    await vi.waitUntil(() => !isAlive(npmPid()), untilOptions);
  });

  test("that cannot be fetched end the command with one line", async () => {
    const project = createNpmProject();
    const run = bootstrap(project, {
      env: { NPM_FAILS: "npm error code ENOTFOUND\nnpm error network" },
    });
    expect(await run.ended).toBe(1);
    expect(run.stderr().split("\n").slice(1)).toEqual([
      "The npm registry cannot be reached (ENOTFOUND): check the network or `npm config get registry`, then run the same command again.",
      "",
    ]);
    expect(project.has("node_modules/.bootstrap-lock")).toBe(false);
  });
});

describe("Node", () => {
  test("is the one at hand when that is recent enough", async () => {
    const project = createNpmProject();
    const run = bootstrap(project);
    await run.ended;
    expect(JSON.parse(run.stdout()).node).toBe(process.execPath);
  });

  test("is installed beside the dependencies for an older one, once", async () => {
    const project = createNpmProject();
    const first = bootstrap(project, { nodeFlags: olderNode });
    expect(await first.ended).toBe(0);
    expect(first.stderr()).toContain(
      "Installing Node 24 for this project (found v20.1.0) …",
    );
    expect(project.has("node_modules/.bin/node")).toBe(true);

    const second = bootstrap(project, { nodeFlags: olderNode });
    expect(await second.ended).toBe(0);
    expect(second.stderr()).toBe("");
    expect(npmCalls(project)).toHaveLength(2);
  });

  test("that cannot run here ends the command with one line", async () => {
    const project = createNpmProject();
    const run = bootstrap(project, {
      nodeFlags: olderNode,
      env: { NPM_NODE: "" },
    });
    expect(await run.ended).toBe(1);
    expect(run.stderr()).toContain("install Node 24 or later yourself");
  });
});

describe("the target", () => {
  test("gives its exit code", async () => {
    const project = createNpmProject();
    project.write("fails.ts", "process.exit(7);");
    expect(await bootstrap(project, { args: ["fails.ts"] }).ended).toBe(7);
  });

  test("may be an installed command, which finds the others on its PATH", async () => {
    const project = createNpmProject();
    project.write("node_modules/.bin/tool", "console.log(process.env.PATH)");
    const run = bootstrap(project, { args: ["tool"] });
    expect(await run.ended).toBe(0);
    expect(run.stdout()).toContain(join(project.root, "node_modules", ".bin"));
  });

  test("gets the signal that tells the command to stop, once", async () => {
    const project = createNpmProject();
    project.write(
      "waits.ts",
      `let signals = 0;
      process.on("SIGTERM", () => { signals += 1; setTimeout(() => { console.log(signals + " signals"); process.exit(3); }, 300); });
      console.log("waiting"); setInterval(() => {}, 1000);`,
    );
    const run = bootstrap(project, { args: ["waits.ts"] });
    await vi.waitUntil(() => run.stdout().includes("waiting"), untilOptions);
    run.child.kill("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 50));
    run.child.kill("SIGTERM");
    expect(await run.ended).toBe(3);
    expect(run.stdout()).toContain("1 signals");
  });

  test("is told to stop when npm's shell is killed", async () => {
    const project = createNpmProject();
    project.write(
      "waits.ts",
      `process.on("SIGTERM", () => { console.log("told to stop"); process.exit(0); });
      console.log("waiting " + process.ppid); setInterval(() => {}, 1000);`,
    );
    await bootstrap(project).ended;
    project.write(
      "npm-shell.mjs",
      `import { spawn } from "node:child_process";
      spawn(process.execPath, ["scripts/bootstrap.mjs", "waits.ts"], { cwd: ${JSON.stringify(project.root)}, stdio: "inherit" });`,
    );
    const shell = runNode([join(project.root, "npm-shell.mjs")], {
      env: { PATH: process.env.PATH, npm_lifecycle_event: "demo" },
    });
    await vi.waitUntil(() => shell.stdout().includes("waiting"), untilOptions);
    shell.child.kill("SIGKILL");
    await vi.waitUntil(
      () => shell.stdout().includes("told to stop"),
      untilOptions,
    );
  });
});
