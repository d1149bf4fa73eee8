import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { projectRoot } from "../../../scripts/project-root.ts";
import { keepKeys } from "../../../scripts/stack/keep-keys.ts";
import {
  keys,
  openTerminal,
  type Terminal,
} from "../../support/terminal/terminal.ts";
import { installPackage, listPackedFiles } from "./installed-package.ts";

const read = (path: string) =>
  JSON.parse(readFileSync(join(projectRoot, path), "utf8"));

let installed: ReturnType<typeof installPackage>;
beforeAll(() => {
  installed = installPackage();
});
afterAll(() => rmSync(installed.root, { recursive: true, force: true }));

const commandOf = (name: string) =>
  join(installed.folder, "scripts", "package", `${name}.mjs`);
const run = (name: string, ...args: string[]) =>
  spawnSync(process.execPath, [commandOf(name), ...args], {
    cwd: installed.root,
    env: { PATH: process.env.PATH },
    encoding: "utf8",
  });

test("what is published depends on all that its parts depend on, at the same versions", () => {
  const parts = ["apps/cli", "apps/gateway", "apps/worker", "libs/shared"];
  const wanted = Object.assign(
    {},
    ...parts.map((part) => read(`${part}/package.json`).dependencies),
  );
  delete wanted["@openrouter-free-pool/shared"];
  const { dependencies, private: isPrivate } = read("package.json");
  expect(dependencies).toEqual(wanted);
  expect(isPrivate).toBeUndefined();
});

test("it holds what it runs, and nothing else", () => {
  const files = listPackedFiles();
  for (const file of [
    "apps/gateway/src/main.ts",
    "apps/gateway/src/views/open/home.ejs",
    "apps/gateway/src/home/assets/home.js",
    "apps/worker/src/main.ts",
    "apps/cli/src/main.ts",
    "libs/shared/src/key-pool/slots/acquire.lua",
    "docker-compose.yml",
    ".env.example",
    ...Object.values<string>(read("package.json").bin),
  ]) {
    expect(files).toContain(file);
  }
  expect(
    files.filter((file) => /^(test|docs|deploy)\/|\.env$|\.test\./.test(file)),
  ).toEqual([]);
});

test("its commands run from below node_modules, where Node strips no types", () => {
  const { version } = read("package.json");
  for (const name of ["openrouter-free-pool", "orpool"]) {
    const { stdout, stderr, status } = run(name, "--version");
    expect({ stdout, stderr, status }).toEqual({
      stdout: `${version}\n`,
      stderr: "",
      status: 0,
    });
  }
});

test("without a key and without a terminal it says where one belongs", () => {
  const { stderr, status } = run("openrouter-free-pool");
  expect(stderr).toContain(`into ${join(installed.root, ".env")}`);
  expect(status).toBe(1);
  expect(run("openrouter-free-pool", "--what").status).toBe(2);
});

/** Starts everything in a folder without keys, until a key is asked for. */
async function startOnTerminal(cwd: string): Promise<Terminal> {
  const terminal = openTerminal(
    `'${process.execPath}' '${commandOf("openrouter-free-pool")}'`,
    {
      cwd,
      // Nobody listens there: tests end before that matters.
      env: { PATH: process.env.PATH, REDIS_URL: "redis://127.0.0.1:1" },
    },
  );
  onTestFinished(() => terminal.kill());
  await terminal.shows("Key: ");
  return terminal;
}

test("on a terminal it asks for keys, shows none, and keeps them for their owner alone", async (ctx) => {
  if (spawnSync("script", ["--version"]).status !== 0) ctx.skip("needs script");
  const cwd = join(installed.root, "empty");
  mkdirSync(cwd);
  const secret = `sk-or-v1-${"a1".repeat(32)}`;
  const terminal = await startOnTerminal(cwd);
  terminal.type(`short${keys.enter}`);
  await terminal.shows("This is no key");
  terminal.type(`${secret}, ${secret.replace("a1", "b2")}${keys.enter}`);
  await terminal.shows("sk-or-v1-b2a...1a1");
  terminal.type(keys.enter);
  await terminal.shows(`Written to ${join(cwd, ".env")}`);
  terminal.type(keys.interrupt);
  await terminal.ended;
  const file = join(cwd, ".env");
  expect(readFileSync(file, "utf8")).toBe(
    `OPENROUTER_API_KEYS=${secret},${secret.replace("a1", "b2")}\n`,
  );
  expect((statSync(file).mode & 0o777).toString(8)).toBe("600");
  expect(terminal.screen()).not.toContain(secret);
});

test("where the keys cannot be kept they count for this start, and it is said why", async (ctx) => {
  if (spawnSync("script", ["--version"]).status !== 0) ctx.skip("needs script");
  const cwd = join(installed.root, "read-only");
  mkdirSync(cwd);
  symlinkSync("/nowhere/.env", join(cwd, ".env"));
  const terminal = await startOnTerminal(cwd);
  terminal.type(`sk-or-v1-${"a1".repeat(32)}${keys.enter}`);
  await terminal.shows("sk-or-v1-a1a...1a1");
  terminal.type(keys.enter);
  await terminal.shows(`Not written to ${join(cwd, ".env")} (ENOENT`);
  await terminal.shows("unreachable");
  terminal.type(keys.interrupt);
  await terminal.ended;
});

test.for([
  ["PORT=8080", "PORT=8080\nOPENROUTER_API_KEYS=k1,k2\n"],
  ["A=1\nOPENROUTER_API_KEYS=\nB=2\n", "A=1\nOPENROUTER_API_KEYS=k1,k2\nB=2\n"],
] as const)("keys join what is in .env: %j", ([before, after]) => {
  const folder = mkdtempSync(join(tmpdir(), "keep-keys-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, ".env");
  writeFileSync(file, before, { mode: 0o644 });
  keepKeys(file, ["k1", "k2"]);
  expect(readFileSync(file, "utf8")).toBe(after);
  expect((statSync(file).mode & 0o777).toString(8)).toBe("600");
});
