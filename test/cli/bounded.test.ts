import { setTimeout as delay } from 'node:timers/promises';

import { mapBounded } from '../../src/cli/bounded';

test('keeps the order, and does at most so many at a time', async () => {
  let atOnce = 0;
  let most = 0;
  const results = await mapBounded([5, 1, 4, 2, 3], 2, async (item) => {
    most = Math.max(most, (atOnce += 1));
    await delay(item);
    atOnce -= 1;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
});

test('of nothing makes nothing', async () => {
  await expect(mapBounded([], 2, () => Promise.reject(new Error('never called')))).resolves.toEqual([]);
});

test('fails with the first failure, once no call is open', async () => {
  let open = 0;
  const failing = mapBounded([1, 2, 3], 3, async (item) => {
    open += 1;
    await delay(item);
    open -= 1;
    if (item === 1) throw new Error('one');
  });
  await expect(failing).rejects.toThrow('one');
  expect(open).toBe(0);
});
