import { type Logger, pino } from "pino";

/** Creates the process's logger: JSON lines on stdout, ISO times, the level as a word. */
export function createLogger(options: { level: string; app: string }): Logger {
  return pino({
    level: options.level,
    base: { app: options.app, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: [
        "*.authorization",
        "*.headers.authorization",
        "req.headers.authorization",
        "secret",
        "*.secret",
      ],
      censor: "[hidden]",
    },
  });
}
