/** What the overview says of the past. */
export const historyWords = {
  choice: "Over which time",
  noScript: "The charts need JavaScript; the table below has the same figures.",
  /** One for each range. */
  ranges: {
    hour: {
      link: "Hour",
      title: "The last hour",
      table: "The last hour as a table",
      region: "Figures of the last hour",
      from: "From (UTC)",
      unit: "per minute",
    },
    day: {
      link: "Day",
      title: "The last 24 hours",
      table: "The last 24 hours as a table",
      region: "Figures of the last 24 hours",
      from: "Hour (UTC)",
      unit: "per minute",
    },
    "90d": {
      link: "90 days",
      title: "The last 90 days",
      table: "The last 90 days as a table",
      region: "Figures of the last 90 days",
      from: "Day (UTC)",
      unit: "per hour",
    },
  },
  charts: {
    requests: "Requests",
    calls: "Calls of OpenRouter",
    wait: "Wait in the queue",
    call: "Time of a call",
  },
  lines: {
    answered: "answered",
    failed: "failed",
    sent: "sent",
    limited: "refused with 429",
    median: "median",
    most: "95 %",
  },
  columns: {
    requests: "Requests",
    answered: "Answered",
    failed: "Failed",
    gone: "Hung up",
    calls: "Calls",
    limited: "429s",
    waitMedian: "Wait, median",
    wait95: "Wait, 95 %",
    callMedian: "Call, median",
    call95: "Call, 95 %",
  },
} as const;
