import type { CheckedBody } from "../../dialects/parse-body.ts";
import { GatewayError } from "../../errors/gateway-error.ts";
import { quote } from "../../errors/quote.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Model } from "../catalogue/models-list.ts";
import { type Aliases, autoAlias } from "./aliases.ts";
import { fitModels } from "./auto-models.ts";
import { findPaidExtra, isFreeModel } from "./find-cost.ts";
import { readNeeds } from "./request-needs.ts";
import { suggestModels } from "./suggest-models.ts";

/** Which models may answer a request. */
export type ResolvedModels = {
  /** The model or alias that is requested first. */
  readonly model: string;
  /** Models that may answer, best one first, unless that is just `model`. */
  readonly candidates?: readonly string[];
  /** The candidates that are paid for. */
  readonly paidModels?: readonly string[];
};

/** Works out which models may answer a request; it waits for nothing. */
export type ResolveModels = {
  /**
   * @param bytes the body that was checked.
   * @throws {GatewayError} `model-not-found`, `model-gone` when no model is left; `not-free`.
   */
  resolve(bytes: Buffer, body: CheckedBody, path: string): ResolvedModels;
  /** The error for a request whose models all left while it waited. */
  toGoneError(model: string): GatewayError;
};

/** Ids that stand for other models, or that OpenRouter generates: they are in no list. */
const madeUpId = /^(~|@preset\/|openrouter\/)/;
/** Routing suffixes of a model's id; the list has the id without them. */
const routing = /:(online|nitro|floor|exacto|thinking|extended|beta)$/;

/** Builds {@link ResolveModels}. */
export function createResolveModels(deps: {
  catalogue: Catalogue;
  aliases: Aliases;
  freeOnly: boolean;
  checksModels: boolean;
  /** Sorts models by their record, best one first. */
  rank: (models: readonly Model[]) => readonly Model[];
}): ResolveModels {
  const { catalogue, aliases, freeOnly, checksModels, rank } = deps;

  function expand(
    name: string,
    bytes: Buffer,
    body: CheckedBody,
    path: string,
  ): readonly string[] {
    if (name !== autoAlias) return aliases.get(name) ?? [name];
    const output = path === "/embeddings" ? "embeddings" : "text";
    const needs = readNeeds(bytes, body);
    const fitting = fitModels(rank(catalogue.free), needs, output);
    if (fitting.length > 0) return fitting;
    // Without a list OpenRouter's own router is the best choice.
    if (!catalogue.isKnown) return ["openrouter/free"];
    throw refusal("model-not-found", "No free model fits this request", []);
  }

  function requireFree(bytes: Buffer, body: CheckedBody, models: string[]) {
    // An unknown model in a chain is probably a typing error; it is left out.
    const isLeftOut = (id: string) => checksModels && stateOf(id) === "unknown";
    const paid = models.find(
      (id) => !isFreeModel(id, catalogue) && !isLeftOut(id),
    );
    const cost =
      paid === undefined
        ? findPaidExtra(bytes, body)
        : `the model ${quote(paid)}`;
    if (cost === undefined) return;
    throw new GatewayError(
      "not-free",
      `This pool makes only calls that cost nothing (FREE_ONLY), and ${cost} is billed`,
    );
  }

  function stateOf(id: string): "there" | "unknown" | "left" | "gone" {
    if (catalogue.findGone(id)) return "gone";
    if (!catalogue.isKnown || madeUpId.test(id) || catalogue.find(id)) {
      return "there";
    }
    const base = id.replace(routing, "");
    if (base !== id && catalogue.find(base)) return "there";
    return catalogue.isFormer(id) ? "left" : "unknown";
  }

  function refuseAll(id: string): GatewayError {
    const suggestions = suggestModels(id, rank(catalogue.free));
    if (stateOf(id) === "unknown") {
      return refusal(
        "model-not-found",
        `OpenRouter has no model ${quote(id)}`,
        suggestions,
      );
    }
    const said = catalogue.findGone(id)?.message;
    const why = said === undefined ? "" : ` (it said: ${said})`;
    return refusal(
      "model-gone",
      `OpenRouter does not serve ${quote(id)} any more${why}`,
      suggestions,
    );
  }

  return {
    resolve(bytes, body, path) {
      const { model, chain } = body;
      const named = [
        ...new Set(chain.flatMap((name) => expand(name, bytes, body, path))),
      ];
      if (freeOnly) requireFree(bytes, body, named);
      const candidates = checksModels
        ? named.filter((id) => stateOf(id) === "there")
        : named;
      const [first] = candidates;
      if (first === undefined) throw refuseAll(named[0] ?? model);
      const paidModels = freeOnly
        ? []
        : candidates.filter((id) => !isFreeModel(id, catalogue));
      const isPlain = candidates.length === 1 && first === model;
      return {
        model,
        ...(isPlain && chain.length === 1 ? {} : { candidates }),
        ...(paidModels.length > 0 ? { paidModels } : {}),
      };
    },
    toGoneError: (model) => {
      const [first = model] = aliases.get(model) ?? [];
      const error = refuseAll(first);
      return error.code === "model-gone"
        ? error
        : refusal(
            "model-gone",
            `OpenRouter does not serve ${quote(first)} any more`,
            suggestModels(first, rank(catalogue.free)),
          );
    },
  };
}

function refusal(
  code: "model-not-found" | "model-gone",
  message: string,
  suggestions: readonly string[],
): GatewayError {
  const hint =
    suggestions.length > 0 ? `. Free models: ${suggestions.join(", ")}` : "";
  return new GatewayError(code, message + hint, { metadata: { suggestions } });
}
