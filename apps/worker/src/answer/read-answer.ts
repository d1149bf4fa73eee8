import { MemberNames } from "@openrouter-free-pool/shared/json/member-names";
import {
  type JsonScan,
  JsonScanError,
  scanJson,
} from "@openrouter-free-pool/shared/json/scan-json";
import { withoutMark } from "@openrouter-free-pool/shared/text/byte-order-mark";
import { AnswerMembers } from "./answer-members.ts";
import { findChoices, findPromised } from "./answer-shape.ts";
import { looksLikeEvents, readEventError } from "./event-text.ts";

/** What the body of a 2xx holds. */
type AnswerContent =
  /** What its endpoint requires of an answer. */
  | { readonly kind: "answered" }
  | { readonly kind: "error"; readonly error: unknown }
  /** Neither; `why` completes "OpenRouter answered …". */
  | { readonly kind: "nothing"; readonly why: string };

/** A larger body is not scanned: its first and last bytes decide. */
const mostScannedBytes = 1024 * 1024;
const maxDepth = 1_000;

const names = new MemberNames([
  ...["error", "errors", "response", "message", "detail", "code", "type"],
  ...["choices", "data", "output", "status", "content", "stop_reason"],
]);

const answered: AnswerContent = { kind: "answered" };
const nothing = (why: string): AnswerContent => ({ kind: "nothing", why });

/**
 * Works out whether the body of a 2xx holds an answer or an error. Only small members are parsed,
 * so that neither the size nor the nesting of a body matters.
 *
 * @param path the endpoint, below the base URL.
 */
export function readAnswer(body: Buffer, path: string): AnswerContent {
  const text = trim(withoutMark(body));
  if (text.length === 0) return nothing("with an empty body");
  if (looksLikeEvents(text)) {
    const error = readEventError(text.subarray(0, mostScannedBytes));
    return error === undefined
      ? nothing("with a stream that was not asked for")
      : { kind: "error", error };
  }
  if (text[0] === 0x3c) return nothing("with a page of HTML");
  if (text[0] !== 0x7b) return nothing("with something other than an object");
  if (text.length > mostScannedBytes) {
    return text.at(-1) === 0x7d ? answered : nothing("with half a body");
  }
  const scan = tryScan(text);
  if (!scan) return nothing("with a body that is no valid JSON");
  return readMembers(new AnswerMembers(text, scan), path);
}

function readMembers(members: AnswerMembers, path: string): AnswerContent {
  const error = findError(members);
  if (error !== undefined) return { kind: "error", error };
  if (findPromised(members, path)) return answered;
  // Some proxies report an error without an envelope.
  const { message, detail } = readAll(members, ["message", "detail"]);
  if (typeof message === "string" || typeof detail === "string") {
    const code = members.get("code") ?? members.get("status");
    return { kind: "error", error: { message, detail, code } };
  }
  return nothing("without anything that was asked for");
}

function findError(members: AnswerMembers): unknown {
  const own = members.get("error");
  if (saysSomething(own)) return own;
  if (members.isLarge("error")) return "";
  const response = members.get("response") as { error?: unknown } | undefined;
  if (saysSomething(response?.error)) return response?.error;
  const errors = members.get("errors");
  if (Array.isArray(errors) && saysSomething(errors[0])) return errors[0];
  if (members.get("type") === "error") return readAll(members, ["message"]);
  if (members.get("status") === "failed") return "The response has failed";
  return findChoiceError(findChoices(members));
}

function findChoiceError(choices: readonly ChoiceLike[]): unknown {
  const choice = choices.find(({ error }) => saysSomething(error));
  if (choice) return choice.error;
  const hasFailed = choices.some(
    ({ finish_reason, message, text }) =>
      finish_reason === "error" && !(message?.content || text),
  );
  return hasFailed ? "The model ended with an error" : undefined;
}

type ChoiceLike = ReturnType<typeof findChoices>[number];

/** An error of null, false, "" or {} does not count. */
function saysSomething(error: unknown): boolean {
  return typeof error === "object" && error !== null
    ? Object.keys(error).length > 0
    : Boolean(error);
}

function readAll(members: AnswerMembers, wanted: readonly string[]) {
  return Object.fromEntries(
    wanted.map((name) => [name, members.get(name)]),
  ) as Record<string, unknown>;
}

function tryScan(text: Buffer): JsonScan | undefined {
  try {
    return scanJson(text, { names, maxDepth });
  } catch (error) {
    if (error instanceof JsonScanError) return undefined;
    throw error;
  }
}

function trim(bytes: Buffer): Buffer {
  let start = 0;
  let end = bytes.length;
  while (start < end && isBlank(bytes[start])) start += 1;
  while (end > start && isBlank(bytes[end - 1])) end -= 1;
  return bytes.subarray(start, end);
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
