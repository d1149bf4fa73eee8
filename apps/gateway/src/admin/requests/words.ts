/** What the page of requests says. `{{name}}` stands for a value. */
export const requestsWords = {
  title: "Requests",
  section: "Requests and what became of them",
  asOf: "As of",
  choice: "Which requests",
  bullBoard: "The queue in bull-board",
  states: {
    all: "All",
    calling: "At OpenRouter",
    waiting: "In line",
    delayed: "Delayed",
    answered: "Answered",
    failed: "Failed",
    cancelled: "Called off",
    expired: "Waited in vain",
  },
  filters: {
    client: "Client",
    model: "Model",
    key: "Key",
    id: "Id",
    from: "From (UTC)",
    to: "To (UTC)",
    show: "Show",
    clear: "Clear",
  },
  columns: {
    request: "Request",
    state: "State",
    model: "Model and key",
    waited: "Waited",
    call: "Call",
    total: "Total",
    attempts: "Calls",
    tokens: "Tokens",
    actions: "Actions",
  },
  kinds: { waiting: "", background: "background", line: "line of a batch" },
  place: "place {{place}}",
  dueAgain: "again in {{time}}",
  comesAgain: "comes again soon",
  status: "{{state}} {{status}}",
  instead: "called: {{model}}",
  tokensOf: "{{prompt}} in, {{completion}} out",
  unnamed: "not named",
  sendAgain: "Send again",
  retryLines: "Retry failed lines",
  ofRequest: "of request {{id}}",
  looked: "Looked at {{count}} to find these.",
  lookedBack:
    "Looked at {{count}} of {{kept}} that are remembered, back to {{time}} UTC.",
  further: "Look further",
  nextPage: "Next page",
  first: "Newest",
  none: "No such request was found.",
  noneYet: "None yet.",
  noPayloads:
    "Prompts and answers are not kept, so that a request whose client waited for it cannot be sent again. Background requests and lines of batches can: the files have their prompts.",
  payloads:
    "Prompts and answers are kept (KEEP_PAYLOADS): bull-board shows them, and what failed can be sent again as long as the queue keeps it.",
  wrong: "That was not understood: {{why}}",
} as const;

/** Puts values into a text of the catalogue. */
export function fillIn(
  text: string,
  values: Readonly<Record<string, string>>,
): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name] ?? "");
}
