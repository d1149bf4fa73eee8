import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import type { Grant } from "@openrouter-free-pool/shared/key-pool/slots/acquisition";
import type { Logger } from "pino";
import type { ModelLoss } from "../classify/model-life.ts";
import type { ClassifiedCall } from "../decide/answer-with.ts";
import { ModelHealth } from "./model-health.ts";
import { isModelsFault } from "./models-fault.ts";

type Proving = Pick<Grant, "model" | "proof">;
type Called = Pick<ClassifiedCall, "result" | "classification">;

/** Learns from calls whether their models are served, and whether they answer. */
export type WatchModels = {
  learn(requestId: string, grant: Proving, call: Called): Promise<void>;
  /** The first content of a stream has come. */
  hear(grant: Proving): Promise<void>;
};

/** What a call says of its model. */
type Word = "answered" | "there" | "failed" | "nothing";

/** Builds {@link WatchModels}. */
export function createWatchModels(deps: {
  keyPool: KeyPool;
  /** Releases the jobs that wait for the result of a call of a model. */
  promoteAwaiting: (model: string) => Promise<void>;
  logger: Logger;
}): WatchModels {
  const { keyPool, promoteAwaiting, logger } = deps;
  const health = new ModelHealth();

  async function prove(model: string): Promise<void> {
    if (!health.recordLife(model)) return;
    await keyPool.models.prove(model);
    await promoteAwaiting(model);
  }

  /** @returns whether the model cools down. */
  async function fail(
    requestId: string,
    { model, proof }: Proving,
  ): Promise<boolean> {
    // After a cooldown one call decides, whatever this worker has counted before.
    const isOpen =
      health.recordFailure(model, requestId) ||
      (proof !== undefined && (await keyPool.models.hasCooledDown(model)));
    if (!isOpen) return false;
    const cooldownMs = await keyPool.models.cool(model, undefined);
    await keyPool.models.doubt(model);
    logger.warn(
      { model, cooldownMs },
      "A model fails again and again: it is not called for a while",
    );
    return true;
  }

  async function lose({ model, message }: ModelLoss): Promise<void> {
    health.forget(model);
    const { isNews, until } = await keyPool.models.lose(model, message);
    if (!isNews) return;
    logger.warn(
      { model, why: message, until: new Date(until).toISOString() },
      "OpenRouter does not serve a model any more",
    );
    await promoteAwaiting(model);
  }

  async function learn(
    requestId: string,
    grant: Proving,
    { result, classification }: Called,
  ): Promise<void> {
    const { model, proof } = grant;
    // Other requests wait for this proof, even when this worker has recorded one before.
    if (proof !== undefined) health.forgetProof(model);
    if (classification.kind === "model-gone") {
      await lose(classification);
      if (classification.model === model) return;
    }
    const word = readWord({ result, classification });
    if (word === "answered") health.recordAnswer(model);
    if (word === "answered" || word === "there") return prove(model);
    const isOpen = word === "failed" && (await fail(requestId, grant));
    if (proof === undefined) return;
    // The call proved nothing, and did not make the model cool down: another call may prove it.
    if (!isOpen) await keyPool.models.forgetProof(model, proof);
    await promoteAwaiting(model);
  }

  return {
    learn,
    async hear({ model, proof }) {
      if (proof === undefined) return;
      health.forgetProof(model);
      await prove(model);
    },
  };
}

function readWord({ result, classification }: Called): Word {
  switch (classification.kind) {
    case "relayed":
    case "unfit":
      return "answered";
    case "return": {
      const { status } = classification;
      const isAnswer =
        result.kind === "answer" && (status ?? result.answer.status) < 300;
      return isAnswer ? "answered" : "there";
    }
    case "model-limited":
    case "account-setting":
      return "there";
    case "transient":
      return !classification.sparesModel && isModelsFault(result)
        ? "failed"
        : "nothing";
    case "broken":
      // Its first content has come. A line that breaks takes all its streams along.
      return isModelsFault(result) && classification.reason !== "network"
        ? "failed"
        : "there";
    default:
      return "nothing";
  }
}
