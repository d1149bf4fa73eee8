import type { Catalogue } from "../catalogue/catalogue.ts";
import {
  isFree,
  type Model,
  type ModelsList,
} from "../catalogue/models-list.ts";
import { type Aliases, autoAlias } from "../resolve/aliases.ts";

/** Lists the models that this pool serves. */
export type ServedModels = {
  /**
   * @param free `true`: free models; `false`: all; undefined: the models that the pool
   * would serve.
   * @throws {GatewayError} `upstream-unreachable` when OpenRouter's list was never read.
   */
  list(free: boolean | undefined): Promise<ModelsList>;
};

/** Builds {@link ServedModels}. */
export function createServedModels(deps: {
  catalogue: Catalogue;
  aliases: Aliases;
  freeOnly: boolean;
}): ServedModels {
  const { catalogue, aliases, freeOnly } = deps;

  function describe(name: string, members: readonly string[]): Model {
    const models = members.flatMap((id) => catalogue.find(id) ?? []);
    const contexts = models.flatMap(({ context_length: length }) =>
      typeof length === "number" ? [length] : [],
    );
    return {
      ...(models[0] ?? {}),
      id: name,
      canonical_slug: name,
      name:
        name === autoAlias
          ? "The free model that fits, best record first"
          : `Alias: ${members.join(", ")}`,
      description:
        name === autoAlias
          ? "This pool chooses among the free models that fit the request."
          : `Stands for ${members.join(", then ")}.`,
      ...(contexts.length > 0 ? { context_length: Math.max(...contexts) } : {}),
      pricing: { prompt: "0", completion: "0" },
      expiration_date: null,
    };
  }

  return {
    async list(free) {
      const list = await catalogue.list();
      const onlyFree = free ?? freeOnly;
      const data = list.data.filter(
        (model) =>
          (!onlyFree || isFree(model)) &&
          (free === false || !catalogue.findGone(model.id)),
      );
      const names = [
        ...[...aliases].map(([name, members]) => describe(name, members)),
        describe(
          autoAlias,
          catalogue.free.map(({ id }) => id),
        ),
      ];
      const all = [...names, ...data];
      return {
        ...list,
        data: all,
        ...(list.total_count === undefined ? {} : { total_count: all.length }),
      };
    },
  };
}
