import type { CompletionRequest } from "@openrouter-free-pool/shared/queue/completion-job";
import { Worker } from "bullmq";

/** BullMQ's worker, for jobs that are fetched by hand. */
export class HandFedWorker extends Worker<CompletionRequest, void> {
  /**
   * Tells it that no job is in the queue: the next fetch waits for one at once.
   * By itself it would ask first, and be told so.
   */
  expectNoJob(): void {
    void this.nextJobFromJobData();
  }
}
