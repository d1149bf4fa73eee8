/** Processes an item together with others. */
type Gather<Item, Result> = (item: Item) => Promise<Result>;

type Waiting<Item, Result> = {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Batches the items of one turn of the event loop while a batch is being processed. A single item
 * is processed at once.
 *
 * @param run processes a batch, and returns a result for each item in their order. When it fails,
 * all items fail.
 * @param options.most items of a batch.
 * @param options.mostSize sum of their sizes; a larger item is processed alone.
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
      // The batch may have been sent already because it was full.
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
