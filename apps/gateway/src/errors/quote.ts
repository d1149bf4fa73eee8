/** A refusal shows at most so many characters of the client's input. */
const mostShown = 100;

/** Client input as a refusal shows it. */
export function quote(given: string): string {
  return JSON.stringify(given.slice(0, mostShown));
}
