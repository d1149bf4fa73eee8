import { parseArgs } from "node:util";
import { version } from "../../libs/shared/src/process/version.ts";
import { runStack } from "../stack/run-stack.ts";

const usage = `Usage: npx openrouter-free-pool

Starts the gateway, a worker and, where REDIS_URL names none, Redis. Settings come from the environment and from .env
in this folder; without keys of OpenRouter it asks for them on the terminal and writes them there. Data are kept in .data.

  PORT=8080 npx openrouter-free-pool    another port than 3000

  --help, -h       this text
  --version, -v    the version`;

try {
  const { values } = parseArgs({
    options: {
      help: { type: "boolean", short: "h" },
      version: { type: "boolean", short: "v" },
    },
  });
  if (values.help) console.log(usage);
  else if (values.version) console.log(version);
  else await runStack({ watch: false, folder: process.cwd() });
} catch (error) {
  if (!isUsageError(error)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}

function isUsageError(error: unknown): error is Error {
  return (
    error instanceof Error &&
    "code" in error &&
    String(error.code).startsWith("ERR_PARSE_ARGS_")
  );
}
