import { basename } from "node:path";
import { type Command, Option } from "commander";
import { isEncoding } from "../input/decode-input.ts";
import { inputError } from "../input/input-error.ts";
import { prepareUpload } from "../input/prepare-upload.ts";
import {
  type InputFormat,
  inputFormats,
  readInput,
} from "../input/read-input.ts";
import { parseTemplate } from "../input/template.ts";
import { type ExitCode, exitCodes } from "../output/exit-codes.ts";
import { isWatched, print, tell } from "../output/terminal.ts";
import { showForecast } from "../progress/show-forecast.ts";
import { keepAnswered } from "../results/keep-answered.ts";
import { type Connection, connect } from "./connection.ts";
import { describeWayBack, waitForResults } from "./wait-for-results.ts";

type RunOptions = Connection & {
  output?: string;
  format?: InputFormat;
  encoding?: string;
  template?: string;
  model: string;
  system?: string;
  field: Record<string, unknown>;
  window: string;
  continue?: boolean;
  detach?: boolean;
  simple?: boolean;
  quiet?: boolean;
};

/** `orpool run`: an input in, its results out. */
export function addRun(program: Command, end: (code: ExitCode) => void): void {
  program
    .command("run")
    .description("send every line of an input through the pool")
    .argument("<input>", "a file, or - for standard input")
    .option(
      "-o, --output <file>",
      "where results go (default: standard output)",
    )
    .addOption(
      new Option("-f, --format <format>", "form of the input").choices(
        inputFormats,
      ),
    )
    .option(
      "--encoding <name>",
      "encoding of the input, such as latin1 or gbk (default: UTF-8)",
      readEncoding,
    )
    .option(
      "-t, --template <text>",
      "prompt made of the fields of a record: {field}",
    )
    .option(
      "-m, --model <model>",
      "model of prompts",
      process.env.ORPOOL_MODEL ?? "openrouter/free",
    )
    .option("-s, --system <text>", "system message of prompts")
    .option(
      "--field <name=value>",
      "another field of every prompt's body, such as temperature=0",
      addField,
      {},
    )
    .option(
      "-w, --window <time>",
      "time that the batch may take: 24h, 7d … (21d at most); auto fits the quota",
      "auto",
    )
    .option(
      "-c, --continue",
      "leave out what the output file has answers for, and append",
    )
    .option("-d, --detach", "do not wait: print the batch's id and end")
    .option("--simple", "write {id, content} instead of OpenAI's lines")
    .option("-q, --quiet", "show no progress")
    .action(async (input: string, _options: unknown, command: Command) => {
      end(await run(input, command.optsWithGlobals<RunOptions>()));
    });
}

async function run(input: string, options: RunOptions): Promise<ExitCode> {
  const gateway = connect(options);
  const results = {
    path: options.output,
    isAppended: options.continue === true,
    isSimple: options.simple === true,
  };
  if (results.isAppended && results.path === undefined) {
    throw inputError("--continue needs --output");
  }
  const answered = results.isAppended
    ? await keepAnswered(results.path ?? "")
    : new Set<string>();
  const upload = await prepareUpload(
    readInput({
      source: input,
      format: options.format,
      encoding: options.encoding,
      requests: {
        template:
          options.template === undefined
            ? undefined
            : parseTemplate(options.template),
        model: options.model,
        system: options.system,
        fields: options.field,
      },
    }),
    (customId) => !answered.has(customId),
  );
  try {
    if (upload.lines === 0) {
      if (answered.size === 0) throw inputError("The input has no lines");
      tell("Every line has an answer already");
      return exitCodes.done;
    }
    const name = input === "-" ? "stdin.jsonl" : basename(input);
    const fileId = await gateway.upload(upload.content, name);
    const batch = await gateway.createBatch({
      fileId,
      endpoint: upload.endpoint,
      window: options.window,
    });
    const { id } = batch;
    await showForecast(gateway, batch, { isQuiet: options.quiet === true });
    if (options.detach) {
      print(id);
      if (isWatched()) tell(describeWayBack(id, results.path));
      return exitCodes.done;
    }
    return await waitForResults(gateway, id, {
      results,
      isQuiet: options.quiet === true,
    });
  } finally {
    await upload.remove();
  }
}

function readEncoding(name: string): string {
  if (isEncoding(name)) return name;
  throw inputError(`--encoding: nobody knows ${name}`);
}

/** Values are JSON where they can be, else text. */
function addField(
  pair: string,
  fields: Record<string, unknown>,
): Record<string, unknown> {
  const equals = pair.indexOf("=");
  if (equals < 1) throw inputError(`--field wants name=value, not ${pair}`);
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
