import { findMisfit } from "../answers/misfit.ts";
import type { ResolvedSettings } from "../settings.ts";
import { AUTO_ROUTER, FREE_ROUTER, isFreeModel, listFacts } from "./models.ts";
import type { RequestNeeds } from "./request-needs.ts";

type Settings = Pick<ResolvedSettings, "models">;

const ROUTERS = [FREE_ROUTER, AUTO_ROUTER];
const AUTO_MODEL = "openai/gpt-4o-mini";

function isHealthy({ models }: Settings, id: string): boolean {
  const settings = models[id];
  return settings?.withdrawn === undefined && settings?.fault === undefined;
}

/** The model that answers: the free router picks a listed one that fits in turn, `n` being the call's number. */
export function routeModel(
  settings: Settings,
  { model, n, needs }: { model: string; n: number; needs: RequestNeeds },
): string {
  if (model === AUTO_ROUTER) return AUTO_MODEL;
  if (model !== FREE_ROUTER) return model;
  const candidates = listFacts(settings)
    .filter(({ id }) => isFreeModel(id) && !ROUTERS.includes(id))
    .filter(({ id }) => isHealthy(settings, id))
    .filter(({ id }) => findMisfit(settings, id, needs) === undefined);
  return candidates[n % candidates.length]?.id ?? model;
}
