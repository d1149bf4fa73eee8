import { EventEmitter } from "node:events";
import { trace } from "@opentelemetry/api";
import { type DestinationStream, type Logger, multistream, pino } from "pino";
import { describeError } from "./describe-error.ts";
import { hideSecrets } from "./hide-secrets.ts";
import { shortenLine } from "./shorten-line.ts";

/**
 * Creates the process's logger. Lines are JSON with ISO times and the level as a word; on a
 * terminal they are formatted for people, and a request is one line.
 *
 * @param options.file a second destination, which is rotated.
 * @param options.isTraced whether lines name their trace.
 * @throws {ConfigError} when the file cannot be written.
 */
export async function createLogger(options: {
  level: string;
  app: string;
  file?: string | undefined;
  isTraced?: boolean;
}): Promise<Logger> {
  const { file, ...others } = options;
  const console = tolerateErrors(await openConsole(options.level));
  const destination =
    file === undefined ? console : await besideFile(console, file);
  return buildLogger(others, destination);
}

async function besideFile(
  console: DestinationStream,
  file: string,
): Promise<DestinationStream> {
  // Loaded only when used: rotation needs all of date-fns.
  const { openLogFile } = await import("./log-file.ts");
  return multistream([
    { level: "trace", stream: console },
    { level: "trace", stream: tolerateErrors(await openLogFile(file)) },
  ]);
}

/** Builds the logger without deciding where its lines go. */
export function buildLogger(
  options: { level: string; app: string; isTraced?: boolean },
  destination: DestinationStream,
): Logger {
  return pino(
    {
      level: options.level,
      base: { app: options.app, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      hooks: { streamWrite: hideSecrets },
      ...(options.isTraced ? { mixin: nameTrace } : {}),
    },
    destination,
  );
}

/** A full disk or a closed terminal loses lines; without a listener it would end the process. */
function tolerateErrors(stream: DestinationStream): DestinationStream {
  if (stream instanceof EventEmitter) stream.on("error", () => undefined);
  return stream;
}

/** The names of OpenTelemetry's conventions for other logs. */
function nameTrace(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

/** In bytes. Beyond it lines are lost: a slow reader must neither hold up requests nor fill the memory. */
const keptForSlowReader = 16 * 1_024 * 1_024;

/** Lines are written together: one by one each would wake a thread. */
const gatheredBytes = 4_096;
const gatheredMs = 100;

/** Lines are written in order by another thread; the rest is written when the process ends. */
function openStdout(): DestinationStream {
  return pino.destination({
    dest: 1,
    sync: false,
    maxLength: keptForSlowReader,
    minLength: gatheredBytes,
    periodicFlush: gatheredMs,
  });
}

const detailedLevels = ["debug", "trace"];

async function openConsole(level: string): Promise<DestinationStream> {
  if (!process.stdout.isTTY) return openStdout();
  const { default: pretty } = await import("pino-pretty");
  const isDetailed = detailedLevels.includes(level);
  const terminal = tolerateErrors(
    pretty({
      sync: true,
      ignore: "pid",
      translateTime: "SYS:HH:MM:ss.l",
      singleLine: !isDetailed,
    }),
  );
  if (isDetailed) return terminal;
  return {
    write(line) {
      const shortened = shortenLine(line);
      if (shortened !== undefined) terminal.write(shortened);
    },
  };
}
