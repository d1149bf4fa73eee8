import { type ModelsList, modelsListSchema } from "./models-list.ts";

const timeoutMs = 15_000;
/** More than any catalogue has; it ends a chain of pages that never ends. */
const mostPages = 100;

/**
 * Reads OpenRouter's whole list of models, page by page where it comes in pages.
 *
 * @throws {Error} when a page cannot be read.
 */
export async function readModels(url: string): Promise<ModelsList> {
  const first = await readPage(url);
  const data = [...first.data];
  let next = nextUrl(first, url);
  for (let pages = 1; next && pages < mostPages; pages += 1) {
    const page = await readPage(next);
    data.push(...page.data);
    next = nextUrl(page, url);
  }
  return { ...first, data };
}

async function readPage(url: string): Promise<ModelsList> {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`OpenRouter answered ${response.status}`);
  return modelsListSchema.parse(await response.json());
}

/** The next page, if it is where the first one came from. */
function nextUrl({ links }: ModelsList, first: string): string | undefined {
  if (!links?.next || !URL.canParse(links.next, first)) return undefined;
  const next = new URL(links.next, first);
  return next.origin === new URL(first).origin ? next.href : undefined;
}
