import type { KeyPool } from "@openrouter-free-pool/shared/key-pool/pool/key-pool";
import type { Grant } from "@openrouter-free-pool/shared/key-pool/slots/acquisition";
import type { Logger } from "pino";
import type { CallResult } from "../answer/call-result.ts";
import type { Classification } from "../classify/classify-result.ts";
import type { ModelLoss } from "../classify/model-life.ts";
import { ModelHealth } from "./model-health.ts";

/** Learns from each call whether its model is there and well. */
export type WatchModels = (
  grant: Pick<Grant, "model" | "provesModel">,
  call: { result: CallResult; classification: Classification },
) => Promise<void>;

/** What a call says of its model. */
type Word = "answered" | "there" | "failed" | "nothing";

/** Builds {@link WatchModels}. */
export function createWatchModels(deps: {
  keyPool: KeyPool;
  /** Lets the jobs go on that wait for what a call says of a model. */
  promoteAwaiting: (model: string) => Promise<void>;
  logger: Logger;
}): WatchModels {
  const { keyPool, promoteAwaiting, logger } = deps;
  const health = new ModelHealth();

  async function learn(model: string, word: Word): Promise<void> {
    switch (word) {
      case "answered":
        health.recordAnswer(model);
        if (health.recordLife(model)) await keyPool.proveModel(model);
        return;
      case "there":
        if (health.recordLife(model)) await keyPool.proveModel(model);
        return;
      case "failed": {
        if (!health.recordFailure(model)) return;
        const cooldownMs = await keyPool.coolModel(model, undefined);
        await keyPool.doubtModel(model);
        logger.warn(
          { model, cooldownMs },
          "A model fails again and again: it is not called for a while",
        );
        return;
      }
      case "nothing":
        return;
    }
  }

  async function lose({ model, message }: ModelLoss): Promise<void> {
    health.forget(model);
    const { isNews, until } = await keyPool.loseModel(model, message);
    if (!isNews) return;
    logger.warn(
      { model, why: message, until: new Date(until).toISOString() },
      "OpenRouter does not serve a model any more",
    );
  }

  return async function watchModels({ model, provesModel }, call) {
    const { classification } = call;
    // Others wait for it, whatever this worker knew before.
    if (provesModel) health.forgetProof(model);
    if (classification.kind === "model-gone") await lose(classification);
    else await learn(model, readWord(call));
    if (provesModel) await promoteAwaiting(model);
  };
}

function readWord({
  result,
  classification,
}: {
  result: CallResult;
  classification: Classification;
}): Word {
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
    case "transient": {
      // A line that broke says nothing of the model.
      const isFailure =
        result.kind !== "no-answer" || result.failure.reason === "timeout";
      return isFailure ? "failed" : "nothing";
    }
    case "broken":
      return "failed";
    default:
      return "nothing";
  }
}
