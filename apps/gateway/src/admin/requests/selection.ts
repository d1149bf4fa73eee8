import { listProblems } from "@openrouter-free-pool/shared/api/list-problems";
import {
  type RequestsQuery,
  requestsQuerySchema,
} from "../../requests/listing/requests-query.ts";

const filterNames = ["client", "model", "key", "id", "from", "to"] as const;
const addressNames = ["status", ...filterNames, "cursor"] as const;

/** What the page's address asks for. */
export type Selection = RequestsQuery & {
  /** The form's fields, as they were given. */
  readonly given: Readonly<Record<(typeof filterNames)[number], string>>;
  /** Why the address was not understood; everything is shown then. */
  readonly problem: string | undefined;
  /** The address of another selection; what is not given stays the same. */
  readonly linkTo: (change: {
    status?: string;
    cursor?: string | undefined;
  }) => string;
};

/** Reads the selection from the page's address. */
export function readSelection(
  query: Readonly<Record<string, unknown>>,
): Selection {
  const texts = Object.fromEntries(
    addressNames.map((name) => [name, textOf(query[name])]),
  ) as Record<(typeof addressNames)[number], string>;
  const filled = Object.entries(texts).filter(([, text]) => text !== "");
  const parsed = requestsQuerySchema.safeParse(Object.fromEntries(filled));
  return {
    ...(parsed.data ?? requestsQuerySchema.parse({})),
    given: texts,
    problem: parsed.success ? undefined : listProblems(parsed.error),
    linkTo(change) {
      const all = { ...texts, ...change };
      const kept = Object.entries(all).filter(
        (pair): pair is [string, string] =>
          pair[1] !== undefined && pair[1] !== "" && pair[1] !== "all",
      );
      const search = String(new URLSearchParams(kept));
      return search === "" ? "/admin/requests" : `/admin/requests?${search}`;
    },
  };
}

const longest = 300;

function textOf(given: unknown): string {
  return typeof given === "string" ? given.trim().slice(0, longest) : "";
}
