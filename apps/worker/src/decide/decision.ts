import type { ApiKey } from "@openrouter-free-pool/shared/key-pool/keys/api-key";
import type { CompletionProgress } from "@openrouter-free-pool/shared/queue/completion-job";
import type { AccountSetting } from "../classify/account-setting.ts";
import type { KeyEffect } from "../keys/apply-key-effect.ts";
import type { Disposition } from "../settle/disposition.ts";

/** What happens to the request after a call. */
export type NextStep =
  | Disposition
  /** It goes out again on another account; `otherwise` when there is no other account. */
  | { readonly kind: "another-key"; readonly otherwise: Disposition }
  /** It goes out again with another of its models, if one is up; else `otherwise`. */
  | { readonly kind: "another-model"; readonly otherwise: Disposition }
  /** It waits until its model has cooled down. */
  | { readonly kind: "wait-for-model" };

/** A key whose account seems to be out of credit, though `GET /key` says that the key is usable. */
export type Suspect = {
  readonly key: ApiKey;
  /** What the account refused: only an answer of the same model, to another account, convicts it. */
  readonly model: string;
};

/** Everything that one call means. */
export type Decision = {
  /** For key and account. */
  readonly keyEffect: KeyEffect;
  /** The key that the effect is for: that of the call, or an earlier one. */
  readonly effectOn: ApiKey;
  /** For the model: it cools down, by the stated time or in growing steps. */
  readonly coolModel: { readonly statedMs: number | undefined } | undefined;
  /** The setting that keeps the account from serving the model. */
  readonly refusedSetting: AccountSetting | undefined;
  /** Whether the slot of the call is given back. */
  readonly givesSlotBack: boolean;
  /** Of this call or an earlier one; the answer to another account decides. */
  readonly suspect: Suspect | undefined;
  /** The request's progress, this call included. */
  readonly progress: CompletionProgress;
  /** For the request. */
  readonly next: NextStep;
};
