import {
  type RequestList,
  type RequestObject,
  type RequestState,
  requestStates,
} from "@openrouter-free-pool/shared/api/past/requests-object";
import {
  formatAgo,
  formatCount,
  formatDate,
  formatDuration,
} from "../../text/format.ts";
import { say } from "../../words/say.ts";
import type { ActionLink } from "../actions/action-names.ts";
import type { Tone } from "../overview/present/headline.ts";
import type { Selection } from "./selection.ts";

const tones = {
  calling: "quiet",
  waiting: "quiet",
  delayed: "notice",
  answered: "good",
  failed: "bad",
  cancelled: "quiet",
  expired: "notice",
} as const satisfies Record<RequestState, Tone>;

/** Everything that the table of requests shows, as text. @param now ms since the epoch of Redis's clock. */
export function presentRequests(
  list: RequestList,
  selection: Selection,
  options: { now: number; keepsPayloads: boolean },
) {
  const { requests, next } = list;
  const isFirst = selection.cursor === undefined;
  return {
    choices: presentChoices(list, selection),
    rows: requests.map((request) => presentRow(request, options)),
    empty: describeEmpty(list),
    looked: describeLooked(list),
    next: next === null ? undefined : selection.linkTo({ cursor: next }),
    nextLabel: say(
      requests.length > 0 ? "requests.nextPage" : "requests.further",
    ),
    first: isFirst ? undefined : selection.linkTo({ cursor: undefined }),
    about: say(
      options.keepsPayloads ? "requests.payloads" : "requests.noPayloads",
    ),
  };
}

function presentChoices({ counts }: RequestList, selection: Selection) {
  const known: Partial<Record<string, number>> = counts;
  return (["all", ...requestStates] as const).map((name) => {
    const count = known[name];
    return {
      label: say(`requests.state.${name}`),
      count: count === undefined ? "" : formatCount(count),
      href: selection.linkTo({ status: name, cursor: undefined }),
      isCurrent: name === selection.status,
    };
  });
}

/** What stands in place of the rows where there are none. */
function describeEmpty({ counts, next }: RequestList): string {
  if (next !== null) return say("requests.noneSoFar");
  const isNone = Object.values(counts).every((count) => count === 0);
  return say(isNone ? "requests.noneYet" : "requests.none");
}

function describeLooked({ looked, requests, counts }: RequestList): string {
  if (looked.requests <= requests.length) return "";
  const count = formatCount(looked.requests);
  if (looked.backTo === null) return say("requests.looked", { count });
  const facts = {
    open: formatCount(looked.open),
    ended: formatCount(looked.requests - looked.open),
    kept: formatCount(counts.ended),
    time: formatDate(Date.parse(looked.backTo)),
  };
  return looked.open === 0
    ? say("requests.lookedBack", facts)
    : say("requests.lookedAtBoth", facts);
}

function presentRow(
  request: RequestObject,
  { now, keepsPayloads }: { now: number; keepsPayloads: boolean },
) {
  const { state, status, kind, client, key, tokens } = request;
  const since = request.endedAt ?? request.createdAt;
  const label = say(`requests.state.${state}`);
  const id = request.id ?? request.jobId ?? "";
  return {
    id,
    job: jobLink(request, keepsPayloads),
    about: [describeKind(kind), client ?? ""]
      .filter(Boolean)
      .join(say("common.comma")),
    when: since === null ? "" : formatAgo(Math.max(0, now - Date.parse(since))),
    at: since ?? "",
    tone: tones[state],
    state:
      state === "failed" && status !== null
        ? say("requests.status", { state: label, status })
        : label,
    note: describeNote(request, now),
    model: request.model ?? say("requests.unnamed"),
    called:
      request.calledModel === null
        ? ""
        : say("requests.instead", { model: request.calledModel }),
    key: key ?? "",
    waited: duration(request.waitedMs),
    call: duration(request.callMs),
    total: duration(request.totalMs),
    attempts: formatCount(request.attempts),
    tokens:
      tokens === null
        ? "–"
        : say("requests.tokensOf", {
            prompt: formatCount(tokens.prompt),
            completion: formatCount(tokens.completion),
          }),
    actions: actionsFor(request, keepsPayloads),
    ofRequest: say("requests.ofRequest", { id }),
  };
}

/** What kind of request it is; the usual kind, whose client waits, is not named. */
function describeKind(kind: RequestObject["kind"]): string {
  return kind === null || kind === "waiting"
    ? ""
    : say(`requests.kind.${kind}`);
}

/** The place in line, the time of the next attempt, or what went wrong. */
function describeNote(request: RequestObject, now: number): string {
  const { place, dueAt, error, reason, state } = request;
  if (place !== null) {
    return say("requests.place", { place: formatCount(place) });
  }
  if (state === "delayed" && dueAt !== null) {
    const leftMs = Date.parse(dueAt) - now;
    return leftMs > 0
      ? say("requests.dueAgain", { time: formatDuration(leftMs) })
      : say("requests.comesAgain");
  }
  return state === "answered" ? "" : (error ?? reason ?? "");
}

function duration(ms: number | null): string {
  return ms === null ? "–" : formatDuration(ms);
}

/** bull-board shows what the queue has of a job: a finished one only if it was kept. */
function jobLink(
  { state, jobId }: RequestObject,
  keepsPayloads: boolean,
): string | undefined {
  const isOpen =
    state === "calling" || state === "waiting" || state === "delayed";
  if (jobId === null || !(isOpen || keepsPayloads)) return undefined;
  return `/admin/queues/queue/completions/${encodeURIComponent(jobId)}`;
}

/** Only a request whose prompt is still there can be sent again. */
function actionsFor(
  { state, kind, of, jobId }: RequestObject,
  keepsPayloads: boolean,
): ActionLink[] {
  const hasFailed =
    state === "failed" || state === "expired" || state === "cancelled";
  if (!hasFailed) return [];
  if (kind === "background" && of !== null) {
    return [
      { action: "send-again", target: of, label: say("requests.sendAgain") },
    ];
  }
  if (kind === "line" && of !== null) {
    return [
      { action: "retry-batch", target: of, label: say("requests.retryLines") },
    ];
  }
  return keepsPayloads && jobId !== null && state === "failed"
    ? [
        {
          action: "send-again",
          target: jobId,
          label: say("requests.sendAgain"),
        },
      ]
    : [];
}
