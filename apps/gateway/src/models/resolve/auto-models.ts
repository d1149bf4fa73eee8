import type { Model } from "../catalogue/models-list.ts";
import type { RequestNeeds } from "./request-needs.ts";

/** More candidates than this are not passed on. */
const mostCandidates = 16;

/**
 * The models that fit a request, in the order given.
 *
 * @param ranked free models, best record first.
 */
export function fitModels(
  ranked: readonly Model[],
  needs: RequestNeeds,
  output: "text" | "embeddings",
): readonly string[] {
  return ranked
    .filter((model) => fits(model, needs, output))
    .slice(0, mostCandidates)
    .map(({ id }) => id);
}

/** What the list does not say of a model counts as supported. */
function fits(
  model: Model,
  { tokens, parameters, inputs }: RequestNeeds,
  output: string,
): boolean {
  // A router: it picks a model itself, at random.
  if (model.id.startsWith("openrouter/")) return false;
  const { context_length: context, architecture } = model;
  const { input_modalities: takes, output_modalities: gives = ["text"] } =
    architecture ?? {};
  const supported = model.supported_parameters;
  return (
    gives.includes(output) &&
    (typeof context !== "number" || tokens <= context) &&
    inputs.every((input) => takes?.includes(input) ?? true) &&
    parameters.every((name) => supports(supported, name))
  );
}

function supports(
  supported: readonly string[] | undefined,
  name: string,
): boolean {
  return supported?.includes(name) ?? true;
}
