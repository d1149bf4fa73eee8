/** What an operator confirms before it is done to a client. */
export const confirmations = {
  rotate: {
    question: (name: string) => `Give ${name} another key?`,
    consequence:
      "The key that it has opens nothing any more, from now on. The new one is shown once.",
    button: "Make another key",
    isHarmful: true,
  },
  remove: {
    question: (name: string) => `Remove ${name}?`,
    consequence:
      "Its key opens nothing any more, and its open batches and background requests are cancelled. Requests whose clients wait are still answered. This cannot be undone.",
    button: "Remove it",
    isHarmful: true,
  },
} as const;

/** Whether there is such an action. */
export function isConfirmation(
  name: unknown,
): name is keyof typeof confirmations {
  return typeof name === "string" && Object.hasOwn(confirmations, name);
}
