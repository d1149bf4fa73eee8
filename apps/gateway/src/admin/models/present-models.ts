import type { ModelStatus } from "@openrouter-free-pool/shared/api/models-status";
import { formatAgo, formatCount, formatDuration } from "../../text/format.ts";
import type { ActionLink } from "../actions/action-names.ts";
import type { Tone } from "../overview/present/headline.ts";

const spans = { hour: "Last hour", day: "Last day" } as const;

/** Over which time the page tells of models. */
type Span = keyof typeof spans;

/** What a column shows, and by what it sorts; a value of undefined comes last. */
type Cell = {
  readonly text: string;
  readonly value: number | string | undefined;
};

const columns = [
  { label: "Model", first: "ascending", isNumber: false },
  { label: "State", first: "ascending", isNumber: false },
  { label: "Calls", first: "descending", isNumber: true },
  { label: "Success", first: "descending", isNumber: true },
  { label: "Empty", first: "descending", isNumber: true },
  { label: "Median", first: "ascending", isNumber: true },
  { label: "95 %", first: "ascending", isNumber: true },
  { label: "First token", first: "ascending", isNumber: true },
  { label: "Tokens/s", first: "descending", isNumber: true },
  { label: "429s", first: "descending", isNumber: true },
  { label: "Waiting", first: "descending", isNumber: true },
  { label: "Ends on", first: "ascending", isNumber: true },
] as const;

const states = {
  up: { label: "Up", tone: "good", order: 0 },
  unproven: { label: "Unproven", tone: "quiet", order: 1 },
  cooling: { label: "Cooling down", tone: "notice", order: 2 },
  gone: { label: "Gone", tone: "bad", order: 3 },
} as const satisfies Record<
  ModelStatus["state"],
  { label: string; tone: Tone; order: number }
>;

/** Reads from the page's address over which time it is to tell. */
export function readSpan({ span }: { span?: unknown }): Span {
  return span === "hour" ? "hour" : "day";
}

/** Everything that the table of models shows, as text. */
export function presentModels(
  models: readonly ModelStatus[],
  span: Span,
  now = Date.now(),
) {
  return {
    columns,
    rows: models.map((model) => presentModel(model, span, now)),
    spans: (Object.keys(spans) as Span[]).map((name) => ({
      label: spans[name],
      href: `/admin/models?span=${name}`,
      isCurrent: name === span,
    })),
  };
}

function presentModel(model: ModelStatus, span: Span, now: number) {
  const { id, state, coolingFor, goneSince, reason, waiting } = model;
  const figures = model[span];
  const { label, tone, order } = states[state];
  const found =
    goneSince === null ? "" : `found ${formatAgo(now - Date.parse(goneSince))}`;
  return {
    id,
    name: model.name ?? "",
    state: {
      label,
      tone,
      value: order,
      coolingMs: coolingFor === null ? undefined : coolingFor * 1_000,
      coolingText: formatDuration((coolingFor ?? 0) * 1_000),
      note: [found, reason ?? ""].filter(Boolean).join(": "),
    },
    cells: [
      count(figures.calls),
      share(figures.successRate),
      share(figures.emptyRate),
      duration(figures.latencyP50Ms),
      duration(figures.latencyP95Ms),
      duration(figures.firstTokenP50Ms),
      rate(figures.tokensPerSecond),
      count(figures.rateLimited),
      waiting === null ? unknown : count(waiting),
      ends(model.expirationDate),
    ],
    actions: actionsFor(model),
  };
}

function actionsFor({ id, state, goneSince }: ModelStatus): ActionLink[] {
  return [
    ...(state === "cooling"
      ? [{ action: "end-cooldown", target: id, label: "End cooldown" } as const]
      : []),
    ...(goneSince === null
      ? []
      : [
          {
            action: "forget-gone",
            target: id,
            label: "Forget that it is gone",
          } as const,
        ]),
  ];
}

const unknown: Cell = { text: "–", value: undefined };

function count(value: number): Cell {
  return { text: formatCount(value), value };
}

function share(value: number | null): Cell {
  if (value === null) return unknown;
  return { text: `${Math.round(100 * value)} %`, value };
}

function duration(value: number | null): Cell {
  return value === null ? unknown : { text: formatDuration(value), value };
}

function rate(value: number | null): Cell {
  if (value === null) return unknown;
  return { text: value.toFixed(value < 10 ? 1 : 0), value };
}

function ends(date: string | null): Cell {
  return date === null ? unknown : { text: date, value: date };
}
