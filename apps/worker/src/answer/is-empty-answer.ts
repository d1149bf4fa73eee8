import { MemberNames } from "@openrouter-free-pool/shared/json/member-names";
import { scanJson } from "@openrouter-free-pool/shared/json/scan-json";
import { withoutMark } from "@openrouter-free-pool/shared/text/byte-order-mark";
import { AnswerMembers } from "./answer-members.ts";

/** Even with much reasoning, an answer that says nothing is no longer than this. */
const mostScannedBytes = 64 * 1024;
const maxDepth = 1_000;
const names = new MemberNames(["choices", "output", "content"]);

/** Kinds of content that are no answer by themselves. */
const thoughts = new Set(["reasoning", "thinking", "redacted_thinking"]);

type Piece = Readonly<Record<string, unknown>>;

/**
 * Whether an answer has its endpoint's form and no content: no text, no call of a tool,
 * no picture, no sound. One that cannot be read counts as full.
 *
 * @param path the endpoint, below the base URL.
 */
export function isEmptyAnswer(body: Buffer, path: string): boolean {
  if (body.length > mostScannedBytes || path === "/embeddings") return false;
  try {
    const text = withoutMark(body);
    const members = new AnswerMembers(
      text,
      scanJson(text, { names, maxDepth }),
    );
    return !hasContent(members, path);
  } catch {
    return false;
  }
}

function hasContent(members: AnswerMembers, path: string): boolean {
  switch (path) {
    case "/responses":
      return saysSomething(members.get("output"));
    case "/messages":
      return saysSomething(members.get("content"));
    default:
      return piecesOf(members.get("choices")).some(
        ({ text, message }) =>
          isFilled(text) || (isPiece(message) && speaks(message)),
      );
  }
}

/** A message of a chat. */
function speaks(message: Piece): boolean {
  const { content, refusal, tool_calls, function_call, audio, images } =
    message;
  return (
    saysSomething(content) ||
    [refusal, tool_calls, function_call, audio, images].some(isFilled)
  );
}

/** A text, or a list of which at least one piece is an answer. */
function saysSomething(content: unknown): boolean {
  if (!Array.isArray(content)) return isFilled(content);
  return piecesOf(content).some((piece) => {
    if (thoughts.has(String(piece.type))) return false;
    if (piece.type === "message") return saysSomething(piece.content);
    return "text" in piece ? isFilled(piece.text) : true;
  });
}

function isFilled(value: unknown): boolean {
  if (typeof value === "string") return value.trim() !== "";
  if (Array.isArray(value)) return value.length > 0;
  return isPiece(value);
}

function piecesOf(list: unknown): readonly Piece[] {
  return Array.isArray(list) ? list.filter(isPiece) : [];
}

function isPiece(value: unknown): value is Piece {
  return typeof value === "object" && value !== null;
}
