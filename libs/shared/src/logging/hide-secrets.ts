/** Keys as OpenRouter, OpenAI and Anthropic make them; a mask (`sk-or-v1-abc...xyz`) is none. */
const apiKey = /\bsk-[\w-]{16,}/g;
/** `scheme://user:password@`, as in REDIS_URL. */
const passwordInUrl = /(\w:\/\/[^\s:/?#@"]*:)[^\s/?#@"]+@/g;
/** A field whose name says that it holds a secret, with its text or its list of texts, as JSON. */
const secretField =
  /("(?:secret|password|authorization|cookie|set-cookie|x-api-key)":)(?:"(?:[^"\\]|\\.)*"|\["(?:[^"\\]|\\.|",")*"\])/gi;

/**
 * The net under everything that is logged: no line may show a key or a password,
 * no matter who put it there and how deep. It works on the finished line, which costs
 * a tenth of what redaction by paths does and knows no depth at which it ends.
 */
export function hideSecrets(line: string): string {
  return line
    .replace(secretField, '$1"[hidden]"')
    .replace(apiKey, "sk-[hidden]")
    .replace(passwordInUrl, "$1[hidden]@");
}
