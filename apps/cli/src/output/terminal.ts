/** Writes a line of results. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes a line for the person at the terminal, apart from the results. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Whether a person is at the terminal, so that a progress bar is useful. */
export function isWatched(): boolean {
  return process.stderr.isTTY === true;
}
