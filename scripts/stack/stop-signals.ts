export interface StopSignals {
  /** Resolves with the first SIGINT, SIGTERM or SIGHUP. */
  requested: Promise<void>;
  isRequested: () => boolean;
  /** Sets what the second one does; by default it ends the process. */
  onForced: (force: () => void) => void;
}

// A service manager, npm and the terminal may each send the same signal.
const echoMs = 1_000;
const interruptedExitCode = 130;

/** Distinguishes the first request to stop from an impatient second one. */
export function listenForStopSignals(): StopSignals {
  const first = Promise.withResolvers<void>();
  let requestedAt: number | undefined;
  let force = (): void => process.exit(interruptedExitCode);
  const listener = () => {
    if (requestedAt === undefined) {
      requestedAt = performance.now();
      first.resolve();
    } else if (performance.now() - requestedAt > echoMs) {
      force();
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, listener);
  return {
    requested: first.promise,
    isRequested: () => requestedAt !== undefined,
    onForced: (action) => {
      force = action;
    },
  };
}
