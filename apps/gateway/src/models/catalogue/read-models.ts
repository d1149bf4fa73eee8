import type { Dispatcher } from "@openrouter-free-pool/shared/http/create-dispatcher";
import { type ModelsList, modelsListSchema } from "./models-list.ts";

const timeoutMs = 15_000;
/** More pages than any catalogue has; it bounds a chain of pages that never ends. */
const mostPages = 100;

/**
 * Reads OpenRouter's whole list of models, page by page if it is paged.
 *
 * @throws {Error} when a page cannot be read.
 */
export async function readModels(
  url: string,
  dispatcher: Dispatcher,
): Promise<ModelsList> {
  const first = await readPage(url, dispatcher);
  const data = [...first.data];
  let next = nextUrl(first, url);
  for (let pages = 1; next && pages < mostPages; pages += 1) {
    const page = await readPage(next, dispatcher);
    data.push(...page.data);
    next = nextUrl(page, url);
  }
  return { ...first, data };
}

async function readPage(
  url: string,
  dispatcher: Dispatcher,
): Promise<ModelsList> {
  const { origin, pathname, search } = new URL(url);
  const { statusCode, body } = await dispatcher.request({
    origin,
    path: pathname + search,
    method: "GET",
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (statusCode !== 200) {
    await body.dump();
    throw new Error(`OpenRouter answered ${statusCode}`);
  }
  return modelsListSchema.parse(await body.json());
}

/** The next page, if it is on the same origin as the first one. */
function nextUrl({ links }: ModelsList, first: string): string | undefined {
  if (!links?.next || !URL.canParse(links.next, first)) return undefined;
  const next = new URL(links.next, first);
  return next.origin === new URL(first).origin ? next.href : undefined;
}
