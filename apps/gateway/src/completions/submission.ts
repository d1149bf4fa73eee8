import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";

/** A checked request, on its way to the queue. */
export type Submission = Omit<CompletionRequest, "gatewayId" | "deadline"> & {
  /** How long it may wait in the queue, in ms. */
  readonly maxWaitMs: number;
  readonly priority: number;
};

/** A request and the job that stands for it. */
export type QueuedRequest = {
  readonly jobId: string;
  readonly request: CompletionRequest;
  readonly priority: number;
};
