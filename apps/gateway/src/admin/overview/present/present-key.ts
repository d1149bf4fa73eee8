import type { KeyStatus } from "@openrouter-free-pool/shared/api/pool-status";
import { say } from "../../../words/say.ts";
import type { ActionLink } from "../../actions/action-names.ts";
import type { Overview } from "../read/read-overview.ts";
import { describeKey } from "./describe-key.ts";
import { keyStates } from "./key-states.ts";

/** What the page says about one key, and the actions on it. */
export function presentKey(key: KeyStatus, overview: Overview) {
  const { tone } = keyStates[key.state];
  const label = say(`keys.state.${key.state}`);
  return {
    id: key.id,
    mask: key.key,
    state: { label, tone, note: describeKey(key, overview) },
    actions: actionsFor(key, overview),
  };
}

function actionsFor(key: KeyStatus, { view }: Overview): ActionLink[] {
  if (key.state === "taken-out") {
    return [{ action: "put-back", target: key.id, label: say("keys.putBack") }];
  }
  const isParked = view.pool.accounts.get(key.account)?.parked !== undefined;
  return [
    ...(isParked
      ? [
          {
            action: "unpark",
            target: key.account,
            label: say("keys.unpark"),
          } as const,
        ]
      : []),
    { action: "probe", target: key.id, label: say("keys.probe") },
    { action: "take-out", target: key.id, label: say("keys.takeOut") },
  ];
}
