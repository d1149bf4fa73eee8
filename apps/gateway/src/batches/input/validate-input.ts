import {
  isBlank,
  readLines,
} from "@openrouter-free-pool/shared/lines/line-splitter";
import type { Family } from "../../families/family.ts";
import { checkBody } from "../../families/parse-body.ts";
import { GatewayError } from "../../gateway-error.ts";
import { CustomIds } from "../../lines/custom-ids.ts";
import {
  duplicateProblem,
  type InputLine,
  isProblem,
  type LineProblem,
  parseInputLine,
} from "../../lines/input-line.ts";

/** A batch tells no more than this many problems. */
const mostProblems = 100;

/** What is in a file of requests. */
export type Validation = {
  readonly total: number;
  readonly lastLine: number;
  /** The first problems, in order of their lines; none when the file can be executed. */
  readonly problems: readonly LineProblem[];
};

/**
 * Checks every line of a batch's input.
 *
 * @param read reads the content from its beginning; called a second time when an id may stand there twice.
 */
export async function validateInput(
  read: () => AsyncIterable<Buffer>,
  options: { family: Family; lineBytes: number; mostLines: number },
): Promise<Validation> {
  const { lineBytes, mostLines } = options;
  const customIds = new CustomIds();
  const problems: LineProblem[] = [];
  const note = (problem: LineProblem | undefined) => {
    if (problem && problems.length < mostProblems) problems.push(problem);
  };
  let total = 0;
  let lastLine = 0;

  for await (const line of readLines(read(), lineBytes)) {
    if (isBlank(line)) continue;
    total += 1;
    lastLine = line.number;
    const parsed = parseInputLine(line);
    if (isProblem(parsed)) {
      note(parsed);
    } else {
      customIds.add(parsed.customId);
      note(findProblem(parsed, options.family));
    }
  }

  if (total === 0) {
    note(wholeFile("empty_file", "The input file has no requests."));
  }
  if (total > mostLines) {
    const message = `The input file has ${total} requests; ${mostLines} are allowed.`;
    note(wholeFile("too_many_tasks", message));
  }
  if (customIds.isSuspicious) {
    const firstLineOf = customIds.compare();
    for await (const line of readLines(read(), lineBytes)) {
      const parsed = parseInputLine(line);
      if (isProblem(parsed)) continue;
      const firstLine = firstLineOf(parsed.customId, line.number);
      if (firstLine !== undefined) note(duplicateProblem(parsed, firstLine));
    }
  }
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return { total, lastLine, problems };
}

function findProblem(
  { number, request }: InputLine,
  family: Family,
): LineProblem | undefined {
  const problem = (code: string, message: string, param: string) => ({
    code,
    message,
    param,
    line: number,
  });
  const { method, url, body } = request;
  if (method !== "POST") {
    return problem("invalid_request", '`method` must be "POST".', "method");
  }
  const endpoint = `/v1${family.path}`;
  if (url !== endpoint) {
    const message = `\`url\` is ${JSON.stringify(url)}, but the batch is for ${endpoint}.`;
    return problem("url_mismatch", message, "url");
  }
  const wrong = findBodyProblem(body, family);
  if (wrong) return problem("invalid_request", wrong, "body");
  return undefined;
}

function findBodyProblem(body: unknown, family: Family): string | undefined {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return "`body` must be an object.";
  }
  if ("stream" in body && body.stream === true) {
    return "`body.stream` must not be true: a batch has nobody to stream to.";
  }
  try {
    checkBody(body, family);
    return undefined;
  } catch (error) {
    if (error instanceof GatewayError) return `\`body\`: ${error.message}`;
    throw error;
  }
}

function wholeFile(code: string, message: string): LineProblem {
  return { code, message, param: null, line: null };
}
