import { answerCheckHeader } from "@openrouter-free-pool/shared/api/answer-checks";
import type { AnswerReply } from "@openrouter-free-pool/shared/replies/reply";
import type { JournalEntry } from "../../journals/journal-writer.ts";
import type { BatchRequest, RejectedLine } from "../input/parse-request.ts";

/** Why a line has no answer, by the names of OpenAI's API. */
export type LineErrorCode =
  | "batch_expired"
  | "batch_cancelled"
  | "worker_crashed"
  | "model_not_found"
  | "request_removed";

const messages: Readonly<Record<LineErrorCode, string>> = {
  batch_expired:
    "This request could not be executed before the completion window expired.",
  batch_cancelled: "The batch was cancelled before this request was executed.",
  request_removed: "An operator took this request off the queue.",
  model_not_found: "OpenRouter does not serve the model any more.",
  worker_crashed: "Several workers ended while they handled this request.",
};

type LineName = Pick<BatchRequest, "line" | "customId">;

/** The request id of a line's call in logs. */
export function lineRequestId(batchId: string, line: number): string {
  return `${batchId}-${line}`;
}

/** The result of a line that OpenRouter answered, whatever the status. */
export function answeredEntry(
  batchId: string,
  { line, customId }: LineName,
  { status, headers, body }: AnswerReply,
): JournalEntry {
  const failed = headers[answerCheckHeader];
  const check =
    failed === undefined ? "" : `,"answer_check":${JSON.stringify(failed)}`;
  const text =
    `{"id":"${outputId(batchId, line)}","custom_id":${JSON.stringify(customId)},` +
    `"response":{"status_code":${status},"request_id":"${lineRequestId(batchId, line)}",` +
    `"body":${toOneLine(body.toString())}${check}},"error":null}`;
  return { line, code: String(status), text };
}

/** The result of a line without an answer. */
export function failedEntry(
  batchId: string,
  { line, customId }: LineName,
  code: LineErrorCode,
): JournalEntry {
  const text = JSON.stringify({
    id: outputId(batchId, line),
    custom_id: customId,
    response: null,
    error: { code, message: messages[code] },
  });
  return { line, code, text };
}

/** The result of a line that cannot be sent. */
export function rejectedEntry(
  batchId: string,
  { line, customId, problem: { code, message } }: RejectedLine,
): JournalEntry {
  const text = JSON.stringify({
    id: outputId(batchId, line),
    custom_id: customId ?? null,
    response: null,
    error: { code, message },
  });
  return { line, code, text };
}

/**
 * The number of the input line whose result an output line is.
 *
 * @returns undefined when it is not a result of this batch.
 */
export function readLineNumber(
  batchId: string,
  resultLine: Buffer,
): number | undefined {
  const lead = `{"id":"${outputId(batchId, "")}`;
  const start = resultLine.toString("latin1", 0, lead.length + mostDigits);
  if (!start.startsWith(lead)) return undefined;
  const [digits] = /^\d+(?=")/.exec(start.slice(lead.length)) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** Of a line's number, and the quote after it. */
const mostDigits = 16;

function outputId(batchId: string, line: number | ""): string {
  return `batch_req_${batchId.replace(/^batch_/, "")}_${line}`;
}

/**
 * JSON stays unchanged if it is one line, and is rewritten to one line otherwise; other text
 * becomes a string.
 */
function toOneLine(body: string): string {
  const text = body.trim();
  try {
    const value: unknown = JSON.parse(text);
    return /[\n\r]/.test(text) ? JSON.stringify(value) : text;
  } catch {
    return JSON.stringify(body);
  }
}
