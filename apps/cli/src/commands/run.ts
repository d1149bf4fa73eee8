import { basename } from "node:path";
import { type Command, Option } from "commander";
import { connect } from "../gateway/connection.ts";
import type { GatewayClient } from "../gateway/gateway-client.ts";
import type { Batch } from "../gateway/objects.ts";
import { isEncoding } from "../input/decode-input.ts";
import { inputError } from "../input/input-error.ts";
import {
  type InputDigests,
  type PreparedUpload,
  prepareUpload,
} from "../input/prepare-upload.ts";
import {
  type InputFormat,
  inputFormats,
  readInput,
} from "../input/read-input.ts";
import { parseTemplate } from "../input/template.ts";
import { type ExitCode, exitCodes } from "../output/exit-codes.ts";
import { isWatched, print, tell } from "../output/terminal.ts";
import { showForecast } from "../progress/show-forecast.ts";
import { say } from "../words/say.ts";
import { chooseEarlier } from "./choose-earlier.ts";
import { describeWayBack } from "./describe-way-back.ts";
import {
  addResultFlags,
  type ResultFlags,
  readWaitOptions,
} from "./result-flags.ts";
import { waitForResults } from "./wait-for-results.ts";
import { withWayBack } from "./with-way-back.ts";

type RunFlags = ResultFlags & {
  format?: InputFormat;
  encoding?: string;
  template?: string;
  model: string;
  system?: string;
  field: Record<string, unknown>;
  window: string;
  detach?: boolean;
  again?: boolean;
};

/** `orpool run`: sends an input and writes its results. */
export function addRun(program: Command, end: (code: ExitCode) => void): void {
  addResultFlags(
    program
      .command("run")
      .description(say("help.run"))
      .argument("<input>", say("help.input")),
    {
      continuing: say("help.continueRun"),
    },
  )
    .addOption(
      new Option("-f, --format <format>", say("help.format")).choices(
        inputFormats,
      ),
    )
    .option("--encoding <name>", say("help.encoding"), readEncoding)
    .option("-t, --template <text>", say("help.template"))
    .option(
      "-m, --model <model>",
      say("help.model"),
      process.env.ORPOOL_MODEL ?? "openrouter/free",
    )
    .option("-s, --system <text>", say("help.system"))
    .option("--field <name=value>", say("help.field"), addField, {})
    .option("-w, --window <time>", say("help.window"), "auto")
    .option("-d, --detach", say("help.detach"))
    .option("--again", say("help.again"))
    .action(async (input: string, _: unknown, command: Command) => {
      end(await run(input, command));
    });
}

async function run(input: string, command: Command): Promise<ExitCode> {
  const flags = command.optsWithGlobals<RunFlags>();
  const gateway = connect(flags);
  const options = await readWaitOptions(command);
  const answered = options.results.answered ?? new Set<string>();
  const upload = await prepareUpload(
    readRequests(input, flags),
    (customId) => !answered.has(customId),
  );
  try {
    if (upload.lines === 0) {
      if (answered.size === 0) throw inputError(say("batch.noLines"));
      tell(say("batch.allAnswered"));
      return exitCodes.done;
    }
    const { wayBack } = options;
    const batch =
      (await chooseEarlier(gateway, {
        isSame: (batch) => isOf(batch, upload.digests),
        repeats: "input",
        flags,
        wayBack,
      })) ?? (await startBatch(gateway, upload, { input, flags }));
    return await withWayBack(batch.id, wayBack, async () => {
      await showForecast(gateway, batch, options);
      if (!flags.detach) return waitForResults(gateway, batch.id, options);
      print(batch.id);
      if (isWatched()) tell(describeWayBack(batch.id, wayBack));
      return exitCodes.done;
    });
  } finally {
    await upload.remove();
  }
}

function readRequests(input: string, flags: RunFlags) {
  return readInput({
    source: input,
    format: flags.format,
    encoding: flags.encoding,
    requests: {
      template:
        flags.template === undefined
          ? undefined
          : parseTemplate(flags.template),
      model: flags.model,
      system: flags.system,
      fields: flags.field,
    },
  });
}

/** Whether a batch has the same lines: all of the input, or those to be sent. */
function isOf({ metadata }: Batch, { whole, sent }: InputDigests): boolean {
  return (
    [whole, sent].includes(metadata?.input_digest ?? "") &&
    // A retry keeps the metadata of a batch, but has some of its lines.
    metadata?.retry_of === undefined
  );
}

async function startBatch(
  gateway: GatewayClient,
  { content, endpoint, digests }: PreparedUpload,
  { input, flags }: { input: string; flags: RunFlags },
): Promise<Batch> {
  const name = input === "-" ? "stdin.jsonl" : basename(input);
  return gateway.createBatch({
    fileId: await gateway.upload(content, name),
    endpoint,
    window: flags.window,
    metadata: { input_digest: digests.sent },
  });
}

function readEncoding(name: string): string {
  if (isEncoding(name)) return name;
  throw inputError(say("batch.unknownEncoding", { name }));
}

/** Values are parsed as JSON if possible, else taken as text. */
function addField(
  pair: string,
  fields: Record<string, unknown>,
): Record<string, unknown> {
  const equals = pair.indexOf("=");
  if (equals < 1) throw inputError(say("batch.badField", { pair }));
  const text = pair.slice(equals + 1);
  return { ...fields, [pair.slice(0, equals)]: parseValue(text) };
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
