import type { Line } from "@openrouter-free-pool/shared/lines/line-splitter";
import type { Dialect } from "../../dialects/dialect.ts";
import { parseBody } from "../../dialects/parse-body.ts";
import { GatewayError } from "../../errors/gateway-error.ts";
import {
  type InputLine,
  isProblem,
  type LineProblem,
  parseInputLine,
  readText,
} from "../../lines/input-line.ts";
import type {
  ResolvedModels,
  ResolveModels,
} from "../../models/resolve/resolve-models.ts";

/** A line of the input, ready to go on the queue. */
export type BatchRequest = {
  /** Number of the line. */
  readonly line: number;
  readonly customId: string;
  readonly models: ResolvedModels;
  /** The bytes as they stand in the file. */
  readonly body: Buffer;
};

/** A line that cannot be executed. */
export type RejectedLine = {
  readonly line: number;
  /** Undefined when the line has no readable one. */
  readonly customId: string | undefined;
  readonly problem: LineProblem;
};

/**
 * Parses a line of a batch's input. Validation and execution both use this function, so that a line
 * that passes the one cannot make the other throw.
 */
export async function parseRequest(
  line: Line,
  dialect: Dialect,
  resolveModels?: ResolveModels,
): Promise<BatchRequest | RejectedLine> {
  const parsed = parseInputLine(line);
  if (isProblem(parsed)) {
    return { line: line.number, customId: undefined, problem: parsed };
  }
  const { number, customId } = parsed;
  const reject = (problem: Omit<LineProblem, "line">) => ({
    line: number,
    customId,
    problem: { ...problem, line: number },
  });
  const wrong = findTargetProblem(parsed, dialect);
  if (wrong) return reject(wrong);
  const checked = await checkBody(parsed, dialect, resolveModels);
  if ("message" in checked) return reject({ ...checked, param: "body" });
  return { line: number, customId, ...checked };
}

/** Whether a line cannot be executed. */
export function isRejected(
  parsed: BatchRequest | RejectedLine,
): parsed is RejectedLine {
  return "problem" in parsed;
}

function findTargetProblem(
  line: InputLine,
  dialect: Dialect,
): Omit<LineProblem, "line"> | undefined {
  if (readText(line, "method") !== "POST") {
    const message = '`method` must be "POST".';
    return { code: "invalid_request", message, param: "method" };
  }
  const endpoint = `/v1${dialect.path}`;
  const url = readText(line, "url");
  if (url !== endpoint) {
    const message = `\`url\` is ${JSON.stringify(url)}, but the batch is for ${endpoint}.`;
    return { code: "url_mismatch", message, param: "url" };
  }
  return undefined;
}

/** @returns the body, or what is wrong with it. */
async function checkBody(
  { bytes, members }: InputLine,
  dialect: Dialect,
  resolveModels: ResolveModels | undefined,
): Promise<
  Pick<BatchRequest, "models" | "body"> | Pick<LineProblem, "code" | "message">
> {
  const code = "invalid_request";
  const range = members.get("body");
  if (range?.kind !== "object") {
    return { code, message: "`body` must be an object." };
  }
  // Copied: a slice would keep the whole chunk in memory.
  const body = Buffer.from(bytes.subarray(range.start, range.end));
  try {
    const checked = await parseBody(body, dialect);
    if (checked.isStream) {
      const message =
        "`body.stream` must not be true: a batch has nobody to stream to.";
      return { code, message };
    }
    const models = resolveModels?.resolve(body, checked, dialect.path) ?? {
      model: checked.model,
    };
    return { models, body };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return error.code === "invalid-request"
      ? { code, message: `\`body\`: ${error.message}` }
      : { code: error.type, message: error.message };
  }
}
