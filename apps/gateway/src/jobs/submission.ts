import type { JobToAdd } from "@openrouter-free-pool/shared/dispatch/add-to-queue";
import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import type { HeldBody } from "../bodies/held-body.ts";

/** A checked request to be queued. */
export type Submission = Omit<
  CompletionRequest,
  "gatewayId" | "deadline" | "body" | "keptPayloadBytes"
> & {
  readonly body: HeldBody;
  /** When the gateway received the request, ms since the epoch of this process's clock. */
  readonly receivedAt: number;
  /** How long it may wait in the queue, in ms. */
  readonly maxWaitMs: number;
  readonly priority: number;
};

/** A request and the job that stands for it. */
export type QueuedRequest = {
  readonly jobId: string;
  readonly request: Omit<CompletionRequest, "body">;
  readonly body: HeldBody;
  readonly priority: number;
  /** How it counts against its client's open requests; absent: not at all. */
  readonly counting?: JobToAdd["counting"];
};
