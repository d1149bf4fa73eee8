import { say } from "../words/say.mjs";
import { askForKeys } from "./ask-keys.ts";
import { keepKeys } from "./keep-keys.ts";

/**
 * Ensures that a worker has a key: where none is set, a person at the terminal is asked, and the
 * answer is stored in `dotEnv`. The worker checks whether the keys are valid.
 *
 * @returns false when there is no key, after printing that.
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
