/** Whether a worker would find a key to work with; whether the keys are right is the worker's business. */
export function openRouterKeysAreSet(env: NodeJS.ProcessEnv): boolean {
  return /[^\s,]/.test(
    `${env.OPENROUTER_API_KEYS ?? ""}${env.OPENROUTER_API_KEYS_FILE ?? ""}`,
  );
}
