import {
  isBlank,
  readLines,
} from "@openrouter-free-pool/shared/lines/line-splitter";
import type { Dialect } from "../../dialects/dialect.ts";
import { CustomIds } from "../../lines/custom-ids.ts";
import {
  duplicateProblem,
  isProblem,
  type LineProblem,
  parseInputLine,
} from "../../lines/input-line.ts";
import { isRejected, parseRequest } from "./parse-request.ts";

/** At most so many problems of a batch are reported. */
const mostProblems = 100;
/** Batches rarely use more models than this. */
const mostModels = 20;

/** The contents of a file of requests. */
type Validation = {
  readonly total: number;
  readonly lastLine: number;
  /** The models that lines ask for first, up to a maximum. */
  readonly models: readonly string[];
  /** The first problems, in order of their lines; none when the file can be executed. */
  readonly problems: readonly LineProblem[];
};

/**
 * Checks every line of a batch's input.
 *
 * @param read reads the content from its beginning; called a second time when an id may occur
 * twice.
 */
export async function validateInput(
  read: () => AsyncIterable<Buffer>,
  options: { dialect: Dialect; lineBytes: number; mostLines: number },
): Promise<Validation> {
  const { lineBytes, mostLines } = options;
  const customIds = new CustomIds();
  const problems: LineProblem[] = [];
  const record = (problem: LineProblem) => {
    if (problems.length < mostProblems) problems.push(problem);
  };
  const models = new Set<string>();
  let total = 0;
  let lastLine = 0;

  for await (const line of readLines(read(), lineBytes)) {
    if (isBlank(line)) continue;
    total += 1;
    lastLine = line.number;
    const parsed = await parseRequest(line, options.dialect);
    if (parsed.customId !== undefined) customIds.add(parsed.customId);
    if (isRejected(parsed)) record(parsed.problem);
    else if (models.size < mostModels) models.add(parsed.models.model);
  }

  if (total === 0) {
    record(wholeFile("empty_file", "The input file has no requests."));
  }
  if (total > mostLines) {
    const message = `The input file has ${total} requests; ${mostLines} are allowed.`;
    record(wholeFile("too_many_tasks", message));
  }
  if (customIds.isSuspicious) {
    const firstLineOf = customIds.compare();
    for await (const line of readLines(read(), lineBytes)) {
      const parsed = parseInputLine(line);
      if (isProblem(parsed)) continue;
      const firstLine = firstLineOf(parsed.customId, line.number);
      if (firstLine !== undefined) record(duplicateProblem(parsed, firstLine));
    }
  }
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return { total, lastLine, models: [...models], problems };
}

function wholeFile(code: string, message: string): LineProblem {
  return { code, message, param: null, line: null };
}
