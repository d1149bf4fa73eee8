import type { FuzzRequest } from "./fuzz-request.ts";
import type { FuzzAnswer } from "./send-fuzz.ts";

/** What no client and no log may ever show. */
type Secrets = readonly string[];

/** A place in a program, however the lines of the stack are joined; or the address of a file of ours. */
const stack = /(\.[cm]?[jt]s|node:[\w/]+):\d+:\d+|file:\/\/\/.*\.ts/;

/** What is wrong with an answer; undefined when nothing is. */
export function findFault(
  { path, upstream }: FuzzRequest,
  { status, type, text }: FuzzAnswer,
  secrets: Secrets,
): string | undefined {
  if (status === undefined) return "no answer";
  const leak = findLeak(text, secrets);
  if (leak) return leak;
  if (stack.test(text)) return "a stack";
  // An upstream may say so.
  if (status === 500 && !upstream) return "a 500";
  const isApi = /^\/(api\/)?v1\//.test(path);
  if (isApi && status >= 400 && type.includes("html")) {
    return "an error in HTML";
  }
  return undefined;
}

/** Which secret a text holds; undefined when it holds none. */
export function findLeak(text: string, secrets: Secrets): string | undefined {
  const index = secrets.findIndex((secret) => text.includes(secret));
  return index < 0 ? undefined : `the secret ${index}`;
}
