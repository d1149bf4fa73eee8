import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import type { Grant } from "@openrouter-free-pool/shared/key-pool/slots/acquisition";
import type { Logger } from "pino";
import { isFailure } from "../answer/stream-ending.ts";
import type { ModelLoss } from "../classify/model-life.ts";
import type { ClassifiedCall } from "../decide/answer-with.ts";
import { ModelHealth } from "./model-health.ts";
import { isModelsFault } from "./models-fault.ts";

type Proving = Pick<Grant, "model" | "proof">;
type Called = Pick<ClassifiedCall, "result" | "classification">;

/** Learns from calls whether their models are served, and whether they answer. */
export type WatchModels = {
  learn(requestId: string, grant: Proving, call: Called): Promise<void>;
  /**
   * The first content of a stream has come.
   *
   * @param other the model that it is from, where that is not the grant's.
   */
  hear(grant: Proving, other?: string): Promise<void>;
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

  /** @returns whether the model is proven, cools down, or neither. */
  async function heed(
    requestId: string,
    grant: Proving,
    word: Word,
  ): Promise<"proven" | "cooling" | "neither"> {
    if (word === "answered") health.recordAnswer(grant.model);
    if (word === "answered" || word === "there") {
      await prove(grant.model);
      return "proven";
    }
    const isOpen = word === "failed" && (await fail(requestId, grant));
    return isOpen ? "cooling" : "neither";
  }

  /** The call proved nothing of its model: another call may prove it. */
  async function giveUpProof({ model, proof }: Proving): Promise<void> {
    if (proof === undefined) return;
    await keyPool.models.forgetProof(model, proof);
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
    const speaker = classification.model ?? model;
    if (speaker !== model) {
      await heed(requestId, { model: speaker, proof: undefined }, word);
      return giveUpProof(grant);
    }
    const state = await heed(requestId, grant, word);
    if (state === "neither") return giveUpProof(grant);
    if (state === "cooling" && proof !== undefined) {
      await promoteAwaiting(model);
    }
  }

  return {
    learn,
    async hear(grant, other) {
      const { model, proof } = grant;
      if (proof === undefined) return;
      if (other !== undefined) return giveUpProof(grant);
      health.forgetProof(model);
      await prove(model);
    },
  };
}

function readWord({ result, classification }: Called): Word {
  switch (classification.kind) {
    case "relayed":
      if (isFailure(result.ending)) return "failed";
      return result.ending === "empty" ? "there" : "answered";
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
      return isModelsFault({ result, classification }) ? "failed" : "nothing";
    case "broken":
      // Its first content has come. A line that breaks takes all its streams along.
      return isModelsFault({ result, classification }) &&
        classification.reason !== "network"
        ? "failed"
        : "there";
    default:
      return "nothing";
  }
}
