/** Writes a line of results. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes a line for the person who watches, apart from the results. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Whether a person watches, so that a bar is worth while. */
export function isWatched(): boolean {
  return process.stderr.isTTY === true;
}
