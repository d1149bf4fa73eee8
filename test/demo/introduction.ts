import colors from "picocolors";
import { optimumMs, perWindow, settings } from "./settings.ts";

const { requests, accounts, perMinute, windowMs, workers } = settings;
const seconds = (ms: number) => `${ms / 1_000} s`;

/** What the person who runs the demo is about to see. */
export const introduction = `
  ${colors.bold("openrouter-free-pool")}

  ${requests} requests are sent at once to a pool of ${accounts} accounts that may make ${perMinute} calls
  a minute each. Passed straight on, ${requests - perWindow} of them would be refused; here they wait in
  line, and each goes out as soon as an account has a slot for it.

  ${colors.dim(`Redis, the gateway and ${workers} workers are real processes. A simulator plays`)}
  ${colors.dim("OpenRouter and enforces the limits on its own. To keep this short, a minute")}
  ${colors.dim(`lasts ${seconds(windowMs)}: by the limits alone, the last requests go out after ${seconds(optimumMs)}.`)}
`;
