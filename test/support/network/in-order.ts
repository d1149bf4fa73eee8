/**
 * Does things later, in the order in which they came: timers of different lengths that are due together may fire in
 * another one.
 *
 * @param delayMs how much later what comes now is done; without a delay, and with nothing under way, it is done at once.
 */
export function inOrder(delayMs: () => number): (task: () => void) => void {
  const tasks: (() => void)[] = [];
  let lastDueAt = 0;
  return (task) => {
    const ms = delayMs();
    if (ms === 0 && tasks.length === 0) return task();
    lastDueAt = Math.max(lastDueAt, performance.now() + ms);
    tasks.push(task);
    const next = () => tasks.shift()?.();
    setTimeout(next, Math.ceil(lastDueAt - performance.now()));
  };
}
