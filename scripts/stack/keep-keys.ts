import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";

const emptySetting = /^OPENROUTER_API_KEYS=[ \t]*$/m;

/** Writes keys into an env file, whose other lines stay, and which only its owner can read from then on. */
export function keepKeys(file: string, keys: readonly string[]): void {
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const setting = `OPENROUTER_API_KEYS=${keys.join(",")}`;
  const after = emptySetting.test(before)
    ? before.replace(emptySetting, () => setting)
    : `${before}${before === "" || before.endsWith("\n") ? "" : "\n"}${setting}\n`;
  // Before the keys are written: neither a new file nor an existing one is readable for others
  // then.
  if (before !== "") chmodSync(file, 0o600);
  writeFileSync(file, after, { mode: 0o600 });
}
