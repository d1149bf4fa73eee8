import type { UsageFigures } from "@openrouter-free-pool/shared/api/usage-object";
import { usageDays } from "@openrouter-free-pool/shared/api/usage-object";
import type { RedisClock } from "@openrouter-free-pool/shared/redis/redis-clock";
import type { ClientDirectory } from "../../clients/directory/client-directory.ts";
import type { ReadUse } from "../../clients/limits/read-use.ts";
import { toClientObject } from "../../clients/records/client.ts";
import type { UsageName } from "../../usage/fold-usage.ts";
import type { ReadUsage } from "../../usage/read-usage.ts";
import { lastDays } from "../../usage/usage-query.ts";
import { say } from "../../words/say.ts";
import { presentClient, presentFormer } from "./present-clients.ts";
import { mostCalls, presentDays, presentModels } from "./present-usage.ts";

/** Nobody reads through more rows than this; there is a search. */
const mostRows = 500;
const spans = [7, 30, usageDays] as const;

/** The number of days that a page shows, by its address. */
export function readSpan(given: unknown): number {
  return spans.find((span) => String(span) === given) ?? 30;
}

/** Links to the same page, with the same search, for other spans. */
function linkSpans(current: number, search = "") {
  const kept = search === "" ? {} : { q: search };
  return spans.map((span) => ({
    href: `?${new URLSearchParams({ days: String(span), ...kept })}`,
    label: say("clients.days", { count: span }),
    isCurrent: span === current,
  }));
}

/** Link to the same figures as a file, by client, model and day. */
function linkCsv(days: readonly string[], client?: string): string {
  const query = new URLSearchParams({
    from: days.at(0) ?? "",
    to: days.at(-1) ?? "",
    ...(client === undefined ? {} : { client }),
  });
  return `/admin/clients/usage.csv?${query}`;
}

type Deps = {
  readonly directory: ClientDirectory;
  readonly readUsage: ReadUsage;
  readonly readUse: ReadUse;
  readonly clock: RedisClock;
};

/** What the page of all clients shows. @param search a part of the names to show. */
export async function readClientsPage(
  { directory, readUsage, readUse, clock }: Deps,
  { span, search }: { span: number; search: string },
) {
  const now = clock.now();
  const days = lastDays(span, now);
  const [byDay = [], byClient = [], byModel = []] = await readUsage.tables(
    { days, client: undefined },
    [["day"], ["client"], ["model"]],
  );
  const usage = byName(byClient, ({ client }) => client);
  const most = mostCalls(usage.values());
  const wanted = search.toLowerCase();
  const found = directory
    .list()
    .filter(({ name }) => name.toLowerCase().includes(wanted));
  const shown = found.slice(0, mostRows);
  const use = await readUse(shown);
  const former = [...usage].filter(([id]) => !directory.find(id));
  return {
    requiresKey: directory.requiresKey,
    hasClients: directory.list().length > 0,
    search,
    days: span,
    spans: linkSpans(span, search),
    csv: linkCsv(days),
    ...presentUsage(days, byDay, byModel),
    rows: shown.map((client) =>
      presentClient(toClientObject(client, now), usage.get(client.id), {
        use: use.get(client.id),
        mostCalls: most,
      }),
    ),
    leftOut: Math.max(0, found.length - mostRows),
    former: (search === "" ? former : [])
      .slice(0, mostRows)
      .map(([id, figures]) => presentFormer(id, figures, most)),
  };
}

/** What the page of one client shows about its use. */
export async function readClientUsage(
  { readUsage, clock }: Pick<Deps, "readUsage" | "clock">,
  { client, span }: { client: string; span: number },
) {
  const days = lastDays(span, clock.now());
  const [byDay = [], byModel = []] = await readUsage.tables({ days, client }, [
    ["day"],
    ["model"],
  ]);
  return {
    spans: linkSpans(span),
    csv: linkCsv(days, client),
    ...presentUsage(days, byDay, byModel),
  };
}

type UsageRow = { readonly name: UsageName; readonly figures: UsageFigures };

/** Charts and tables of use by day and by model. */
function presentUsage(
  days: readonly string[],
  byDay: readonly UsageRow[],
  byModel: readonly UsageRow[],
) {
  return {
    usage: presentDays(
      days,
      byName(byDay, ({ day }) => day),
    ),
    models: presentModels(
      byName(byModel, ({ model }) => model),
      mostRows,
    ),
  };
}

function byName(
  rows: readonly UsageRow[],
  pick: (name: UsageName) => string | undefined,
): ReadonlyMap<string, UsageFigures> {
  return new Map(rows.map(({ name, figures }) => [pick(name) ?? "", figures]));
}
