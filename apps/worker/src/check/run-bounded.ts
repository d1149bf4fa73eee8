import { createContext, Script } from "node:vm";

/** Runs a synchronous task that may run for ever; throws when its time is up. */
type RunBounded = <Result>(task: () => Result) => Result;

/**
 * Builds {@link RunBounded}. V8 interrupts the task anywhere, even within a regular expression. The
 * context is no sandbox: a task runs with the rights of its caller.
 */
export function createRunBounded(timeoutMs: number): RunBounded {
  const script = new Script("task()");
  const context = createContext({ task: undefined });
  return function runBounded<Result>(task: () => Result): Result {
    context.task = task;
    try {
      return script.runInContext(context, { timeout: timeoutMs });
    } finally {
      context.task = undefined;
    }
  };
}

/** Whether an error says that a task's time was up. */
export function isTimeUp(error: unknown): boolean {
  return (error as { code?: unknown }).code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
