/** What the body of a failure may speak of. Times in epoch milliseconds. */
export type ErrorContext = {
  now: number;
  model: string;
  /** As people say it, without its author. */
  modelName: string;
  provider: string;
  userId: string;
  /** Whether the account's daily refusal is the high-balance one. */
  paid: boolean;
  perMinute: number;
  perDay: number;
  minuteResetAt: number;
  dayResetAt: number;
  /** Calls a window shown by the cap of a hot model. */
  modelLimit: number;
  modelResetAt: number;
};
