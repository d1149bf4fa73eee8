import type { AnswerMembers } from "./answer-members.ts";

type Choice = {
  readonly error?: unknown;
  readonly finish_reason?: unknown;
  readonly message?: { readonly content?: unknown } | null;
  readonly text?: unknown;
};

/** The choices of a completion that are objects; empty when there is no list, or one too long to be parsed. */
export function findChoices(members: AnswerMembers): readonly Choice[] {
  return findObjects(members, "choices");
}

/** Whether an answer has the members that its endpoint requires. */
export function findPromised(members: AnswerMembers, path: string): boolean {
  switch (path) {
    case "/embeddings":
      return isFilled(members, "data", (item) => "embedding" in item);
    case "/responses":
      return (
        members.kindOf("output") === "array" &&
        (isFilled(members, "output", () => true) || isUnfinished(members))
      );
    case "/messages":
      return (
        members.kindOf("content") === "array" &&
        (isFilled(members, "content", () => true) ||
          members.kindOf("stop_reason") === "string")
      );
    default:
      return isFilled(members, "choices", isChoice);
  }
}

function isChoice(choice: Choice): boolean {
  const { message, text } = choice;
  return typeof text === "string" || (typeof message === "object" && !!message);
}

function isUnfinished(members: AnswerMembers): boolean {
  const status = members.get("status");
  return typeof status === "string" && status !== "completed";
}

/** A list that is too long to be parsed counts as filled. */
function isFilled(
  members: AnswerMembers,
  name: string,
  isGood: (item: object) => boolean,
): boolean {
  if (members.kindOf(name) !== "array") return false;
  return members.isLarge(name) || findObjects(members, name).some(isGood);
}

function findObjects(members: AnswerMembers, name: string): readonly object[] {
  if (members.kindOf(name) !== "array") return [];
  const list = members.get(name);
  return Array.isArray(list)
    ? list.filter((item) => typeof item === "object" && item !== null)
    : [];
}
