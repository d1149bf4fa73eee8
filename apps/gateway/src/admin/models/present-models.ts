import type { ModelStatus } from "@openrouter-free-pool/shared/api/models-status";
import { formatAgo, formatCount, formatDuration } from "../../text/format.ts";
import { say } from "../../words/say.ts";
import type { ActionLink } from "../actions/action-names.ts";
import type { Tone } from "../overview/present/headline.ts";

const spans = ["hour", "day"] as const;

/** The time that the page's figures cover. */
type Span = (typeof spans)[number];

/** What a column shows, and the value by which it is sorted; undefined comes last. */
type Cell = {
  readonly text: string;
  readonly value: number | string | undefined;
};

const columns = [
  { name: "model", first: "ascending", isNumber: false },
  { name: "state", first: "ascending", isNumber: false },
  { name: "calls", first: "descending", isNumber: true },
  { name: "success", first: "descending", isNumber: true },
  { name: "empty", first: "descending", isNumber: true },
  { name: "median", first: "ascending", isNumber: true },
  { name: "95", first: "ascending", isNumber: true },
  { name: "firstToken", first: "ascending", isNumber: true },
  { name: "tokens", first: "descending", isNumber: true },
  { name: "429", first: "descending", isNumber: true },
  { name: "waiting", first: "descending", isNumber: true },
  { name: "ends", first: "ascending", isNumber: true },
] as const;

const states = {
  up: { tone: "good", order: 0 },
  unproven: { tone: "quiet", order: 1 },
  cooling: { tone: "notice", order: 2 },
  gone: { tone: "bad", order: 3 },
} as const satisfies Record<
  ModelStatus["state"],
  { tone: Tone; order: number }
>;

/** Reads from the page's address which time its figures cover. */
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
    columns: columns.map(({ name, ...rest }) => ({
      label: say(`models.column.${name}`),
      ...rest,
    })),
    rows: models.map((model) => presentModel(model, span, now)),
    spans: spans.map((name) => ({
      label: say(`models.span.${name}`),
      href: `/admin/models?span=${name}`,
      isCurrent: name === span,
    })),
  };
}

function presentModel(model: ModelStatus, span: Span, now: number) {
  const { id, state, coolingFor, goneSince, reason, waiting } = model;
  const figures = model[span];
  const { tone, order } = states[state];
  return {
    id,
    name: model.name ?? "",
    state: {
      label: say(`models.state.${state}`),
      tone,
      value: order,
      coolingMs: coolingFor === null ? undefined : coolingFor * 1_000,
      coolingText: formatDuration((coolingFor ?? 0) * 1_000),
      note: describeLoss(goneSince, reason, now),
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

function describeLoss(
  goneSince: string | null,
  reason: string | null,
  now: number,
): string {
  if (goneSince === null) return reason ?? "";
  const ago = formatAgo(now - Date.parse(goneSince));
  return reason === null
    ? say("models.found", { ago })
    : say("models.foundBecause", { ago, reason });
}

function actionsFor({ id, state, goneSince }: ModelStatus): ActionLink[] {
  return [
    ...(state === "cooling"
      ? [
          {
            action: "end-cooldown",
            target: id,
            label: say("models.endCooldown"),
          } as const,
        ]
      : []),
    ...(goneSince === null
      ? []
      : [
          {
            action: "forget-gone",
            target: id,
            label: say("models.forgetGone"),
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
