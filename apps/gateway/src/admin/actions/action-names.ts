/** What an operator can do from the pages. */
const actionNames = [
  "pause",
  "resume",
  "take-out",
  "put-back",
  "probe",
  "unpark",
  "end-cooldown",
  "cancel-batch",
  "retry-batch",
  "forget-gone",
  "send-event",
  "send-again",
] as const;

/** See {@link actionNames}. */
export type ActionName = (typeof actionNames)[number];

/** A link to an action's page, where it is confirmed. */
export type ActionLink = {
  readonly action: ActionName;
  /** The id of the key, account, model, batch, event or request that it is about. */
  readonly target: string;
  readonly label: string;
};

export function isActionName(text: unknown): text is ActionName {
  return (actionNames as readonly unknown[]).includes(text);
}
