import type { ModelSettings, ResolvedSettings } from "../settings.ts";
import { CATALOGUE, describeUnlisted, type ModelFacts } from "./catalogue.ts";

const PROVIDERS: Record<string, string> = {
  google: "Google AI Studio",
  "meta-llama": "Together",
  qwen: "Chutes",
  openai: "OpenAI",
  mistralai: "Mistral",
  nvidia: "Nvidia",
  anthropic: "Anthropic",
};

/** Picks a free model for each call. */
export const FREE_ROUTER = "openrouter/free";
/** Picks a model for each call; it is never free. */
export const AUTO_ROUTER = "openrouter/auto";

const CATALOGUE_BY_ID = new Map(CATALOGUE.map((facts) => [facts.id, facts]));

// These say how to run a model; `:free`, `:thinking`, … name models of their own.
const VARIANTS = /(:(online|nitro|floor|exacto))+$/;

type Settings = Pick<ResolvedSettings, "models">;

function stripVariants(model: string): string {
  return model.replace(VARIANTS, "");
}

/** Whether the free-model quota applies to this id. */
export function isFreeModel(model: string): boolean {
  const id = stripVariants(model);
  return id.endsWith(":free") || id === FREE_ROUTER;
}

/** Whether a search of the web goes before the model. */
export function isOnline(model: string): boolean {
  return (VARIANTS.exec(model)?.[0] ?? "").includes(":online");
}

/** What the settings say of the model that this id calls. */
export function findModelSettings(
  { models }: Settings,
  model: string,
): ModelSettings | undefined {
  return models[model] ?? models[stripVariants(model)];
}

/** The catalogue's facts with those of the settings in their place; undefined when neither knows the id. */
export function findFacts(
  settings: Settings,
  model: string,
): ModelFacts | undefined {
  const id = stripVariants(model);
  const listed = CATALOGUE_BY_ID.get(id);
  const named = findModelSettings(settings, model);
  if (named === undefined) return listed;
  return { ...(listed ?? describeUnlisted(id, isFreeModel(id))), ...named };
}

/** The facts, or what is assumed of an id that nobody knows. */
export function assumeFacts(settings: Settings, model: string): ModelFacts {
  const known = findFacts(settings, model);
  return known ?? describeUnlisted(model, isFreeModel(model));
}

/** Everything that `GET /models` may list, the catalogue's first. */
export function listFacts(settings: Settings): ModelFacts[] {
  const named = Object.keys(settings.models);
  const ids = new Set([...CATALOGUE_BY_ID.keys(), ...named]);
  return Array.from(ids)
    .filter((id) => settings.models[id]?.listed !== false)
    .map((id) => assumeFacts(settings, id));
}

/** The provider that is said to have run the model. */
export function nameProvider(model: string): string {
  const slash = model.indexOf("/");
  return PROVIDERS[model.slice(0, slash)] ?? "Simulated";
}
