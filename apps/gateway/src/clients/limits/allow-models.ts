import { GatewayError } from "../../errors/gateway-error.ts";
import { quote } from "../../errors/quote.ts";
import type {
  ResolvedModels,
  ResolveModels,
} from "../../models/resolve/resolve-models.ts";
import type { Client } from "../records/client.ts";

/** Whether a client may use a model or an alias. */
export function mayUse(client: Client | undefined, name: string): boolean {
  const globs = client?.models;
  return !globs || globs.some((glob) => isMatch(name, glob));
}

/** Resolves a request's models, restricted to those that its client may use. */
export function resolveFor(
  client: Client | undefined,
  models: ResolveModels,
): ResolveModels {
  if (!client?.models) return models;
  return {
    ...models,
    resolve(bytes, body, path) {
      const resolved = models.resolve(bytes, body, path);
      const isAllowed = body.chain.every((name) => mayUse(client, name));
      return isAllowed ? resolved : restrict(client, body.chain, resolved);
    },
  };
}

/** An alias is reduced to the models that the client may use; a model given by name must be one of them. */
function restrict(
  client: Client,
  chain: readonly string[],
  resolved: ResolvedModels,
): ResolvedModels {
  const { model, candidates = [model], paidModels } = resolved;
  const refused = candidates.find(
    (id) => chain.includes(id) && !mayUse(client, id),
  );
  const allowed = candidates.filter((id) => mayUse(client, id));
  if (refused !== undefined || allowed.length === 0) {
    throw new GatewayError(
      "model-not-allowed",
      `This API key may not use the model ${quote(refused ?? model)}`,
    );
  }
  const paid = paidModels?.filter((id) => allowed.includes(id)) ?? [];
  return {
    model,
    candidates: allowed,
    ...(paid.length > 0 ? { paidModels: paid } : {}),
  };
}

/** Each piece of the glob is searched once, so that matching takes linear time. */
function isMatch(name: string, glob: string): boolean {
  const [first = "", ...rest] = glob.split("*");
  const last = rest.pop();
  if (last === undefined) return name === glob;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
