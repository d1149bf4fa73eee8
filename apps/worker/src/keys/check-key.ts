import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import type { KeyAnswer, KeyClient } from "./openrouter/key-client.ts";

/** What `GET /key` says of a key that an answer accuses. */
export type KeyState =
  /** The key is usable, and its own limit is not reached. It says nothing of the account's balance. */
  | "well"
  /** The key's own limit is reached. */
  | "spent"
  | "invalid"
  /** OpenRouter refuses the key for another reason, such as missing credit. */
  | "refused"
  /** No meaningful answer. */
  | "unknown";

/** Asks OpenRouter whether a key is really at fault. It costs no call of the quota. */
export type CheckKey = (key: ApiKey) => Promise<KeyState>;

/** Builds {@link CheckKey}; concurrent checks of one key share one request. */
export function createCheckKey(deps: { keyClient: KeyClient }): CheckKey {
  const asked = new Map<string, Promise<KeyState>>();

  return function checkKey(key) {
    const shared = asked.get(key.id);
    if (shared) return shared;
    const state = deps.keyClient
      .ask(key.secret)
      .then(readKeyState)
      .finally(() => asked.delete(key.id));
    asked.set(key.id, state);
    return state;
  };
}

function readKeyState({ status, facts }: KeyAnswer): KeyState {
  if (facts) return facts.isSpent ? "spent" : "well";
  if (status === 401) return "invalid";
  return status === 402 || status === 403 ? "refused" : "unknown";
}
