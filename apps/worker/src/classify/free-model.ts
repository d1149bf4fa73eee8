/** Whether a model draws on the free quota: a `:free` variant or the free router. */
export function isFreeModel(model: string): boolean {
  return model.endsWith(":free") || model === "openrouter/free";
}
