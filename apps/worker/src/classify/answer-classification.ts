/** What an answer means for the key, the model and the request. Durations in ms. */
export type AnswerClassification =
  /** The client gets the answer unchanged; `status` is what an error inside a 200 means. */
  | { readonly kind: "return"; readonly status?: number }
  /** The account is to be parked; `undefined`: until its window or its day ends. */
  | {
      readonly kind: "account-limited";
      readonly limit: "minute" | "day" | "stated";
      readonly durationMs: number | undefined;
      /** Calls that the account may make in a minute or a day, where that is stated. */
      readonly quota: number | undefined;
    }
  /** The model is to cool down, in growing steps when no duration is stated. */
  | { readonly kind: "model-limited"; readonly durationMs: number | undefined }
  | { readonly kind: "key-refused"; readonly reason: "invalid" | "key-limit" }
  | { readonly kind: "account-without-credit" }
  /** Worth another attempt. `status` is what the client gets when there are none left. */
  | {
      readonly kind: "transient";
      readonly status: number;
      readonly retryAfterMs: number | undefined;
      /**
       * The cause lies between the model and us. It is no failure of the model, which is tried again:
       * another one would fail alike.
       */
      readonly sparesModel?: true;
    };
