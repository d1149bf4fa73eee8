import type { KeyStatus } from "@openrouter-free-pool/shared/api/pool-status";
import type { ActionLink } from "../../actions/action-names.ts";
import type { Overview } from "../read/read-overview.ts";
import { describeKey } from "./describe-key.ts";
import { keyStateLabels } from "./key-states.ts";

/** What the page says of one key, and what can be done with it. */
export function presentKey(key: KeyStatus, overview: Overview) {
  const { label, tone } = keyStateLabels[key.state];
  return {
    id: key.id,
    mask: key.key,
    state: { label, tone, note: describeKey(key, overview) },
    actions: actionsFor(key, overview),
  };
}

function actionsFor(key: KeyStatus, { view }: Overview): ActionLink[] {
  if (key.state === "taken-out") {
    return [{ action: "put-back", target: key.id, label: "Put back" }];
  }
  const isParked = view.pool.accounts.get(key.account)?.parked !== undefined;
  return [
    ...(isParked
      ? [
          {
            action: "unpark",
            target: key.account,
            label: "End parking",
          } as const,
        ]
      : []),
    { action: "probe", target: key.id, label: "Probe" },
    { action: "take-out", target: key.id, label: "Take out" },
  ];
}
