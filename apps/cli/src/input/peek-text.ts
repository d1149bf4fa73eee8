/**
 * Reads a text until its beginning is long enough, or the text ends.
 *
 * @returns the beginning, and the whole text, which can be read once.
 */
export async function peekText(
  chunks: AsyncIterable<string>,
  isEnough: (beginning: string) => boolean,
): Promise<{ beginning: string; text: AsyncIterable<string> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let beginning = "";
  while (!isEnough(beginning)) {
    const { value, done } = await iterator.next();
    if (done) break;
    beginning += value;
  }
  async function* text() {
    yield beginning;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { beginning, text: text() };
}
