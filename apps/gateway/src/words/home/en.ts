/** Texts of `/`. */
export const home = {
  title: "OpenRouter Free Pool",
  lead: "One address for OpenRouter's free models. A request waits for a free call instead of being refused.",
  address: "Base URL",
  addressHint:
    "For every app that speaks OpenAI's API. The API key is {key}, the model {model}, or any that the list below has.",
  anyKey: "any text",
  clientKey: "a client key of this gateway",
  copy: "Copy",
  connectLink: "Connect your app: the fields of ten of them",
  tryTitle: "Try a model",
  key: "Client key",
  keyHint: "Stays in this page; it is forgotten when you leave.",
  model: "Model",
  prompt: "Prompt",
  promptStart: "Say hello in three languages.",
  send: "Send",
  stop: "Stop",
  answer: "Answer",
  moreTitle: "More",
  noScript: "Trying a model and the state of the pool need JavaScript.",
  "link.connect": "Fields for SillyTavern, Open WebUI, Cline and others",
  "link.docs": "All endpoints, to browse and to try",
  "link.admin": "Keys, their use and their limits",
  "link.admin/models": "Which models answer, and how fast",
  "link.admin/batches": "Files of many prompts, and when they end",
  "link.admin/clients": "Who may call, and what they used",
  "link.admin/requests":
    "Every request that waits, and what became of the others",
} as const;

/** Texts of the scripts of `/`, shown later than the server's. */
export const homeLive = {
  copied: "Copied",
  needsKey: "Enter a client key to see the state of the pool.",
  noAnswer: "The gateway does not answer. This page tries again.",
  noWorker: "No worker is alive: requests wait.",
  noKey: "No key of OpenRouter is known yet.",
  noneWorks: "No key of OpenRouter works: requests are refused until one does.",
  paused:
    "The queue is paused: {waiting} waiting, nothing is sent until an operator resumes it.",
  usedUp:
    "Today's calls are used up: {waiting} waiting, new calls at 00:00 UTC.",
  busy: "All calls of this minute are used: {waiting} waiting, {left} of {perDay} calls left today.",
  ready:
    "Ready: {slots} calls free now, {left} of {perDay} left today, {waiting} waiting.",
  sending: "Sent …",
  queued: "Place {position} in line …",
  thinking: "The model thinks …",
  done: "{model}, {seconds} s, {waited} s of them in line",
  empty: "The answer is empty.",
  stopped: "Stopped.",
  failed: "{status}: {message}",
  broken: "The connection broke off: {message}",
} as const;
