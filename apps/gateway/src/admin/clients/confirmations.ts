/** What an operator confirms before it is done to a client; the catalogue has its words: `clients.….question` and so on. */
const confirmations = ["rotate", "remove"] as const;

/** Whether there is such an action. */
export function isConfirmation(
  name: unknown,
): name is (typeof confirmations)[number] {
  return (confirmations as readonly unknown[]).includes(name);
}
