import type { CertainFault } from "../faults/faults.ts";
import type { ModelFacts } from "../models/catalogue.ts";
import { findFacts, findModelSettings } from "../models/models.ts";
import type { RequestNeeds } from "../models/request-needs.ts";
import type { ResolvedSettings } from "../settings.ts";

type Settings = Pick<ResolvedSettings, "models">;

function lacksForm(needs: RequestNeeds, { supportedParameters }: ModelFacts) {
  return (
    needs.form.kind === "schema" &&
    !supportedParameters.includes("structured_outputs") &&
    !supportedParameters.includes("response_format")
  );
}

function findOverlength(
  { promptTokens, answerTokens }: RequestNeeds,
  contextLength: number | undefined,
): CertainFault | undefined {
  const total = promptTokens + answerTokens;
  if (contextLength === undefined || total <= contextLength) return undefined;
  const message = `This endpoint's maximum context length is ${contextLength} tokens. However, you requested about ${total} tokens (${promptTokens} of text input, ${answerTokens} in the output). Please reduce the length of either one, or use the "middle-out" transform to compress your prompt automatically.`;
  return { kind: "400-context-length", message };
}

/** The refusal of a request that the model cannot serve; models that nobody knows can do everything. */
export function findMisfit(
  settings: Settings,
  model: string,
  needs: RequestNeeds,
): CertainFault | undefined {
  const facts = findFacts(settings, model);
  if (facts === undefined) return undefined;
  if (needs.tools && !facts.supportedParameters.includes("tools")) {
    return { kind: "404-tool-use" };
  }
  if (needs.images && !facts.inputModalities.includes("image")) {
    return { kind: "404-image-input" };
  }
  if (lacksForm(needs, facts)) return { kind: "404-parameters" };
  // The catalogue's own lengths are shown only: tests of large bodies go beyond them.
  const given = findModelSettings(settings, model)?.contextLength;
  return findOverlength(needs, given);
}
