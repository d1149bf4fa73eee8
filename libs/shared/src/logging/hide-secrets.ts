/** Keys in the form of OpenRouter, OpenAI and Anthropic; a mask (`sk-or-v1-abc...xyz`) does not match. */
const apiKey = /\bsk-[\w-]{16,}/g;
/** `scheme://user:password@`, as in REDIS_URL. */
const passwordInUrl = /(\w:\/\/[^\s:/?#@"]*:)[^\s/?#@"]+@/g;
/** Fields whose names say that they are secrets. */
const secretNames = "secret|password|authorization|cookie|set-cookie|x-api-key";
/** Such a field with its text or list of texts, as JSON. */
const secretField = new RegExp(
  String.raw`("(?:${secretNames})":)(?:"(?:[^"\\]|\\.)*"|\["(?:[^"\\]|\\.|",")*"\])`,
  "gi",
);

/** Matches each line that has a secret, and few others: one search in place of three. */
const mayHideSecret = new RegExp(
  String.raw`sk-[\w-]{16}|://|${secretNames}`,
  "i",
);

/**
 * The last safeguard of all logging: no line may contain a key or a password, wherever it comes
 * from and however deep. It works on the finished line, which costs a tenth of redaction by paths
 * and has no limit of depth.
 */
export function hideSecrets(line: string): string {
  if (!mayHideSecret.test(line)) return line;
  return line
    .replace(secretField, '$1"[hidden]"')
    .replace(apiKey, "sk-[hidden]")
    .replace(passwordInUrl, "$1[hidden]@");
}
