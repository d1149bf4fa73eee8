/** Keys as OpenRouter, OpenAI and Anthropic make them; a mask (`sk-or-v1-abc...xyz`) is none. */
const apiKey = /\bsk-[\w-]{16,}/g;
/** `scheme://user:password@`, as in REDIS_URL. */
const passwordInUrl = /(\w:\/\/[^\s:/?#@"]*:)[^\s/?#@"]+@/g;

/**
 * The last net under everything that is logged: no line may show a key or a
 * password, whoever put it into a message.
 */
export function hideSecrets(line: string): string {
  return line
    .replace(apiKey, "sk-[hidden]")
    .replace(passwordInUrl, "$1[hidden]@");
}
