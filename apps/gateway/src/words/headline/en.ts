/** The sentence on top of `/admin`, and what to do about it. */
export const headline = {
  noWorker: "No worker is alive",
  noWorkerDetail:
    "Requests wait in the queue and nothing is sent to OpenRouter. Start a worker, or read the log of the one that ended.",
  paused: "The queue is paused",
  pausedDetail: "{left} until somebody resumes it; calls in flight go on.",
  noKeyDetail: "New requests are refused with 503. {advice}",
  "advice.none":
    "Workers read keys from OPENROUTER_API_KEYS or OPENROUTER_API_KEYS_FILE.",
  "advice.takenOut": "Enable a key, or add one that works.",
  "advice.broken": "Add a key that works, from openrouter.ai/keys.",
  unreachable: "OpenRouter cannot be reached",
  unreachableDetail:
    "{reason}. Calls are tried again, then answered with 502. Look at the workers' network, their HTTPS_PROXY and OPENROUTER_BASE_URL.",
  day: "Today's calls are used up",
  dayDetail:
    "What waits goes on at {clock} UTC, in {time}. A key of another account adds calls at once.",
  workersFull:
    "{workers, plural, one {The worker is full} other {The workers are full}}",
  workersFullDetail:
    "{left} although {slots, plural, one {# slot is} other {# slots are}} free. Start another worker, or raise WORKER_CONCURRENCY.",
  modelCools: "{model} cools down",
  modelsCool: "{count, number} models cool down",
  modelsCoolDetail:
    "{left} for {count, plural, one {it} other {them}}; the first is called again in {time}. Requests with a chain of models or pool/auto do not wait for one model.",
  quota: "The day's quota is the bottleneck",
  quotaDetail:
    "{left}, and {calls, plural, one {# call is} other {# calls are}} left today of {perDay, number} a day; {end}. Keys of more accounts make it sooner.",
  lostKeys:
    "{lost, plural, one {# key} other {# keys}} of {keys, number} out of use",
  lostKeysDetail: "The others carry on. {pace}",
  nothingWaits: "Nothing waits",
  straightOut: "Requests go straight out.",
  nextWaits:
    "Every account is at its limit for the moment; the next request waits for a slot.",
  working: "Working through the queue",
  workingDetail: "{left}; {end}.",
  workingDetailMinute:
    "{left}; {end}. The accounts' limits set the pace: {calls, plural, one {# call} other {# calls}} per {window}.",
  "left.none": "New requests wait",
  "left.requests":
    "{requests, plural, one {# request waits} other {# requests wait}}",
  "left.lines":
    "{lines, plural, one {# line} other {# lines}} of {batches, plural, one {# batch} other {# batches}} {lines, plural, one {waits} other {wait}}",
  "left.both":
    "{requests, plural, one {# request} other {# requests}} and {lines, plural, one {# line} other {# lines}} of {batches, plural, one {# batch} other {# batches}} wait",
  "end.unknown": "when the last one goes out is not known",
  "end.date": "the last one goes out about {date} UTC",
  "end.soon": "the last one goes out in about {time}",
} as const;
