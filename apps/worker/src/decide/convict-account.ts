import type { CompletionProgress } from "@openrouter-free-pool/shared/queue/completion-job";
import type { Classification } from "../classify/classify-result.ts";
import type { KeyEffect } from "../keys/apply-key-effect.ts";
import type { KeyState } from "../keys/check-key.ts";
import type { Decision, Suspect } from "./decision.ts";

/** Whether an answer that accuses a key (401, 402, 403 key limit) counts against it. */
type Conviction =
  | { readonly kind: "guilty"; readonly effect: KeyEffect }
  /** `GET /key` says that the key is usable: another account decides, none is retired for now. */
  | { readonly kind: "second-opinion" }
  /** Nothing says who is at fault: another key is tried, none is retired. */
  | { readonly kind: "unproven" };

/** Weighs an accusation by what `GET /key` says of the key: retires the key, or after a 402 its account. */
export function convictKey(
  classification: Classification,
  keyState: KeyState,
): Conviction {
  switch (keyState) {
    case "invalid":
      return guilty({ kind: "retire-key", reason: "invalid" });
    case "spent":
      return guilty({ kind: "retire-key", reason: "key-limit" });
    case "refused":
      return guilty(
        classification.kind === "key-refused"
          ? { kind: "retire-key", reason: classification.reason }
          : { kind: "retire-account" },
      );
    case "well":
      return { kind: "second-opinion" };
    case "unknown":
      return { kind: "unproven" };
  }
}

/**
 * Another account's answer convicts the suspect when it is of the model that the suspect's account
 * refused: that account is at fault. An answer of another model leaves it a suspect.
 */
export function convictSuspect({
  suspect,
  model,
  progress,
}: {
  suspect: Suspect | undefined;
  /** The model of the call that was answered. */
  model: string;
  progress: CompletionProgress;
}): Partial<Pick<Decision, "suspect" | "keyEffect" | "effectOn">> {
  if (!suspect || suspect.model !== model) return {};
  if (progress.hasRetired) return { suspect: undefined };
  const keyEffect = { kind: "retire-account" } as const;
  return { keyEffect, effectOn: suspect.key, suspect: undefined };
}

function guilty(effect: KeyEffect): Conviction {
  return { kind: "guilty", effect };
}
