/**
 * Calls a function for each item, for at most so many at a time.
 *
 * @returns the results in the order of the items
 * @throws the first failure, once every call that had begun is over
 */
export async function mapBounded<Item, Result>(
  items: readonly Item[],
  limit: number,
  act: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const todo = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of todo) results[index] = await act(item);
  };
  const workers = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, work));
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
  return results;
}
