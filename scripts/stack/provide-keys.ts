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
  console.error(keep(dotEnv, keys));
  process.env.OPENROUTER_API_KEYS = keys.join(",");
  return true;
}

/** Keeps the keys for the next start, if the file can be written. @returns what to say of it. */
function keep(file: string, keys: readonly string[]): string {
  try {
    keepKeys(file, keys);
    return say("written", { file });
  } catch (error) {
    return say("notWritten", { file, reason: (error as Error).message });
  }
}

function areKeysSet(env: NodeJS.ProcessEnv): boolean {
  return /[^\s,]/.test(
    `${env.OPENROUTER_API_KEYS ?? ""}${env.OPENROUTER_API_KEYS_FILE ?? ""}`,
  );
}
