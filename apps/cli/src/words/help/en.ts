/** Texts of `--help`. */
export const help = {
  about: "Runs files of prompts through an OpenRouter free pool.",
  url: "the gateway",
  more: "(orpool --help tells more)",
  examples: `
Examples:
  orpool run prompts.jsonl -o results.jsonl         a line '{'"prompt": "…"'}' each
  orpool run words.csv -t "Into French: '{'word'}'" -o words-fr.csv
  orpool run prompts.jsonl -o results.jsonl --continue   what has no answer yet
  orpool run prompts.jsonl --detach                 prints the batch's id and ends
  orpool resume batch_… -o results.jsonl            back to a batch that goes on
  orpool completion bash >> ~/.bashrc               also zsh and fish

Environment: ORPOOL_URL, ORPOOL_API_KEY (a key of the gateway), ORPOOL_MODEL, ORPOOL_LANGUAGE (en, zh); for operators
             ORPOOL_ADMIN_PASSWORD, ORPOOL_ADMIN_USERNAME (admin)
Exit codes:  0 all answered, 1 error, 2 usage, 3 some lines failed, 4 batch failed, expired or cancelled, 130 interrupted`,
  "title.Usage:": "Usage:",
  "title.Arguments:": "Arguments:",
  "title.Options:": "Options:",
  "title.Commands:": "Commands:",
  default: "(default: {value})",
  choices: "(choices: {values})",
  help: "display help for command",
  version: "output the version number",
  cancel: "end a batch early; the results that it has are kept",
  batchId: "the batch's id",
  aBatchId: "a batch's id",
  completion: "print a script that completes commands in a shell",
  notify:
    "POST '{'text, batch, status, total, completed, failed'}' there at the end",
  quiet: "show no progress",
  output:
    "where results go; .csv, .tsv and .parquet are tables (default: standard output)",
  force: "overwrite the output file",
  simple: "write '{'id, content'}' instead of OpenAI's lines",
  results: "get the results that a batch has so far",
  resume: "watch a batch again, and get its results when it ends",
  continueResume: "keep the answers that the output file has, and append",
  retry: "send the failed lines of an ended batch again, as a new one",
  detachRetry: "do not wait: print the new batch's id and end",
  run: "send every line of an input through the pool",
  input: "a file, or - for standard input",
  continueRun: "leave out what the output file has answers for, and append",
  format: "form of the input",
  encoding: "encoding of the input, such as latin1 or gbk (default: UTF-8)",
  template: "prompt made of the fields of a record: '{'field'}'",
  model: "model of prompts",
  system: "system message of prompts",
  field: "another field of every prompt's body, such as temperature=0",
  window:
    "time that the batch may take: 24h, 7d … (21d at most); auto fits the quota",
  detach: "do not wait: print the batch's id and end",
  again: "send the input, also while a batch of it runs or has unread results",
  againRetry:
    "send the lines, also while an earlier retry runs or has unread results",
  status: "show the newest batches, or one of them",
  number: "how many batches",
  jsonLines: "JSON lines, also on a terminal",
  json: "JSON, also on a terminal",
  keys: "show the pool of keys and what is left of its quota",
  models: "show the free models, best record first, and how they do",
  usage:
    "show what was used: your own, or with ORPOOL_ADMIN_PASSWORD everybody's",
  from: "first UTC day; 30 days by default",
  to: "last UTC day; today by default",
  by: "any of client, model, day, comma-separated",
  onlyClient: "only this client's",
  clients: "manage who may call (needs ORPOOL_ADMIN_PASSWORD)",
  "clients.list": "show all clients",
  "clients.create": "make a client; its key is shown this once",
  "clients.update": "change a client; what is not said stays",
  "clients.rotate":
    "give a client another key; the old one opens nothing any more",
  "clients.delete":
    "remove a client, and cancel its open batches and background requests",
  "clients.client": "its name or id",
  "clients.name": "another name",
  "clients.weight": "its share against other clients, 1 to 100",
  "clients.perDay": "calls in a UTC day, or {none}",
  "clients.perMinute": "calls in a minute, or {none}",
  "clients.maxQueued": "requests open at a time, or {none}",
  "clients.maxInFlight": "calls at a time, or {none}",
  "clients.maxPriority": "high, normal, low, or {none}",
  "clients.models": "models it may use, comma-separated, or {none}",
  "clients.expires": "such as 2027-01-31T00:00:00Z, or {none}",
  "clients.webhook": "where its events go, or {none}",
  "clients.disable": "its key opens nothing",
  "clients.enable": "its key opens again",
  webhooks:
    "see which events reached their webhooks (needs ORPOOL_ADMIN_PASSWORD)",
  "webhooks.list": "show events, the newest first",
  "webhooks.limit": "how many",
  "webhooks.after": "those before this one",
  "webhooks.status": "waiting, delivered, failed or unwanted",
  "webhooks.send": "send an event again, now, with the same webhook-id",
  "webhooks.event": "its id",
} as const;
