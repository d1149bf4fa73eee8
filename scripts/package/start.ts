import { parseArgs } from "node:util";
import { version } from "../../libs/shared/src/process/version.ts";
import { runStack } from "../stack/run-stack.ts";
import { say } from "../words/say.mjs";

try {
  const { values } = parseArgs({
    options: {
      help: { type: "boolean", short: "h" },
      version: { type: "boolean", short: "v" },
    },
  });
  if (values.help) console.log(say("usage"));
  else if (values.version) console.log(version);
  else await runStack({ watch: false, folder: process.cwd() });
} catch (error) {
  if (!isUsageError(error)) throw error;
  console.error(`${error.message}\n\n${say("usage")}`);
  process.exitCode = 2;
}

function isUsageError(error: unknown): error is Error {
  return (
    error instanceof Error &&
    "code" in error &&
    String(error.code).startsWith("ERR_PARSE_ARGS_")
  );
}
