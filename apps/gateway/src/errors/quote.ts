/** A refusal shows no more than so many characters of what came. */
const mostShown = 100;

/** What a client sent, as a refusal shows it. */
export function quote(given: string): string {
  return JSON.stringify(given.slice(0, mostShown));
}
