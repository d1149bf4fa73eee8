import { say } from "../words/say.mjs";
import { askForKeys } from "./ask-keys.ts";
import { keepKeys } from "./keep-keys.ts";

/**
 * Sees to it that a worker finds a key to work with: where none is set, a person at the terminal is asked, and the
 * answer is kept in `dotEnv`. Whether the keys are right is the worker's business.
 *
 * @returns false after it has said that there is none.
 */
export async function provideKeys(dotEnv: string): Promise<boolean> {
  if (areKeysSet(process.env)) return true;
  const keys = process.stdin.isTTY
    ? await askForKeys(process.stdin, (text) => process.stderr.write(text))
    : [];
  if (keys.length === 0) {
    console.error(say("keysNotSet", { file: dotEnv }));
    return false;
  }
  keepKeys(dotEnv, keys);
  process.env.OPENROUTER_API_KEYS = keys.join(",");
  console.error(say("written", { file: dotEnv }));
  return true;
}

function areKeysSet(env: NodeJS.ProcessEnv): boolean {
  return /[^\s,]/.test(
    `${env.OPENROUTER_API_KEYS ?? ""}${env.OPENROUTER_API_KEYS_FILE ?? ""}`,
  );
}
