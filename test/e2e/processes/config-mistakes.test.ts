import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, inject, test } from "vitest";
import { projectRoot } from "../../../scripts/project-root.ts";
import { compileCache } from "../../support/processes/compile-cache.ts";

type Mistake = {
  app: "gateway" | "worker";
  variables: Record<string, string>;
  /** One line for each variable. */
  says: string[];
};

const secretKey = "sk-or-v1-this is a secret";

const mistakes: Mistake[] = [
  {
    app: "gateway",
    variables: {
      BODY_LIMIT: "lots",
      FILES_STORAGE: "s3",
      LOG_LEVEL: "loud",
      MAX_WAIT_MS: "-1",
      PORT: "http",
      REDIS_URL: "localhost:6379?password=secret",
      S3_ACCESS_KEY_ID: "half",
    },
    says: [
      "REDIS_URL: got a value that is not shown because it is secret, wants a URL such as redis://localhost:6379",
      'LOG_LEVEL: got "loud", wants one of trace, debug, info, warn, error, fatal, silent',
      'PORT: got "http", wants a whole number from 0 to 65535',
      'MAX_WAIT_MS: got "-1", wants a whole number from 1 to 2147483647',
      'BODY_LIMIT: got "lots", wants a size such as 10mb, 512kb or 1048576',
      "S3_BUCKET: got nothing, wants the name of a bucket when FILES_STORAGE is s3",
      "S3_SECRET_ACCESS_KEY: got nothing, wants the other half of the pair S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY",
    ],
  },
  {
    app: "worker",
    variables: { RATE_LIMIT_PER_MINUTE: "twenty" },
    says: [
      'RATE_LIMIT_PER_MINUTE: got "twenty", wants a whole number from 1 to 1000000',
      "OPENROUTER_API_KEYS: got nothing, wants a comma-separated list of `key` or `account=key`, or OPENROUTER_API_KEYS_FILE",
    ],
  },
  {
    app: "worker",
    variables: { OPENROUTER_API_KEYS: `sk-or-v1-fine,${secretKey}` },
    says: [
      "OPENROUTER_API_KEYS: got a value that is not shown because it is secret, wants entry 2: a key is 8 to 512 printable characters without blanks, quotes, brackets and separators",
    ],
  },
  {
    app: "worker",
    variables: {
      MAX_ATTEMPTS: "0",
      OPENROUTER_API_KEYS_FILE: "/nowhere/keys",
      OPENROUTER_BASE_URL: "openrouter.ai",
      RATE_LIMIT_PER_MIN: "5",
    },
    says: [
      'OPENROUTER_BASE_URL: got "openrouter.ai", wants a URL such as https://host/path',
      'MAX_ATTEMPTS: got "0", wants a whole number from 1 to 100',
      "OPENROUTER_API_KEYS_FILE: got \"/nowhere/keys\", wants a file of keys, one a line: ENOENT: no such file or directory, open '/nowhere/keys'",
      "unknown variable RATE_LIMIT_PER_MIN; did you mean RATE_LIMIT_PER_MINUTE?",
    ],
  },
];

test.for(mistakes)(
  "$app with $variables stops at start and says why",
  async ({ app, variables, says }) => {
    const { exitCode, stdout, stderr } = await run(app, variables);
    expect(stderr.trim().split("\n")).toEqual(says);
    expect(stdout).toBe("");
    expect(exitCode).toBe(1);
    expect(stderr).not.toContain("secret?");
    expect(stderr).not.toContain(secretKey);
  },
);

test.for([
  { app: "gateway", variable: "PORT" },
  { app: "worker", variable: "WORKER_PORT" },
])(
  "$app on a port that is taken, or on another machine's address, says so in one line",
  async ({ app, variable }) => {
    await using other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const settings = {
      REDIS_URL: inject("redisUrl"),
      REDIS_PREFIX: `test-${randomUUID()}`,
      OPENROUTER_API_KEYS: "sk-or-v1-fine",
      [variable]: String(port),
    };
    const [taken, elsewhere] = await Promise.all([
      run(app, settings),
      run(app, { ...settings, HOST: "192.0.2.1" }),
    ]);
    expect(taken.stderr).toBe(
      `${variable}: got ${port}, wants a free port: another process listens there\n`,
    );
    expect(elsewhere.stderr).toBe(
      'HOST: got "192.0.2.1", wants an address of this machine\n',
    );
    expect([taken.exitCode, elsewhere.exitCode]).toEqual([1, 1]);
  },
);

async function run(app: string, variables: Record<string, string>) {
  const main = join(projectRoot, "apps", app, "src", "main.ts");
  const child = spawn(process.execPath, [main], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, ...compileCache, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { stdout, stderr, exitCode };
}
