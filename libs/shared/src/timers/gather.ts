/** Hands an item over together with others. */
type Gather<Item, Result> = (item: Item) => Promise<Result>;

type Waiting<Item, Result> = {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Hands over in one go what comes within one turn of the event loop while something is
 * under way. What comes alone goes at once.
 *
 * @param run does the work, and returns a result for each item in their order. When it fails, all of them fail.
 * @param options.most items of one go.
 * @param options.mostSize sum of their sizes; a larger item goes alone.
 */
export function gather<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  options: { most: number; mostSize: number; sizeOf: (item: Item) => number },
): Gather<Item, Result> {
  const { most, mostSize, sizeOf } = options;
  let waiting: Waiting<Item, Result>[] = [];
  let size = 0;
  let underWay = 0;

  async function handOver(): Promise<void> {
    const going = waiting;
    waiting = [];
    size = 0;
    underWay += 1;
    try {
      const results = await run(going.map(({ item }) => item));
      for (const [index, { resolve }] of going.entries()) {
        resolve(results[index] as Result);
      }
    } catch (error) {
      for (const { reject } of going) reject(error);
    } finally {
      underWay -= 1;
    }
  }

  function handOverSoon(): void {
    const first = waiting;
    setImmediate(() => {
      // It may have gone because there was no room for more.
      if (waiting === first) void handOver();
    });
  }

  return (item) =>
    new Promise((resolve, reject) => {
      const itemSize = sizeOf(item);
      const isFull = waiting.length >= most || size + itemSize > mostSize;
      if (isFull && waiting.length > 0) void handOver();
      waiting.push({ item, resolve, reject });
      size += itemSize;
      if (underWay === 0) void handOver();
      else if (waiting.length === 1) handOverSoon();
    });
}
