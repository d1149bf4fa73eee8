import type { Classification } from "../classify/classify-result.ts";
import type { KeyState } from "../keys/check-key.ts";
import type { KeyEffect } from "../keys/park-key.ts";

/** Whether an answer that accuses a key (401, 402, 403 key limit) counts against it. */
type Conviction =
  | { readonly kind: "guilty"; readonly effect: KeyEffect }
  /** The balance is told only by how the same request fares with another account. */
  | { readonly kind: "second-opinion" }
  /** Nothing says who is at fault: another key is tried, none is retired. */
  | { readonly kind: "unproven" }
  /** The key is well: the answer belongs to the request. */
  | { readonly kind: "innocent" };

/** Weighs an accusation by what `GET /key` says of the key. */
export function convictKey(
  classification: Classification,
  keyState: KeyState,
): Conviction {
  const isAboutCredit = classification.kind === "account-without-credit";
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
      return { kind: isAboutCredit ? "second-opinion" : "innocent" };
    case "unknown":
      return { kind: "unproven" };
  }
}

function guilty(effect: KeyEffect): Conviction {
  return { kind: "guilty", effect };
}
