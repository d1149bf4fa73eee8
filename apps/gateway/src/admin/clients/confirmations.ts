/**
 * Actions on a client that an operator confirms first; their texts are in the catalogue:
 * `clients.….question` and so on.
 */
const confirmations = ["rotate", "remove"] as const;

/** Whether an action of this name exists. */
export function isConfirmation(
  name: unknown,
): name is (typeof confirmations)[number] {
  return (confirmations as readonly unknown[]).includes(name);
}
