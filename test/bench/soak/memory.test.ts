import { growthPerMinute, settled } from '../../../bench/soak/memory';

const MIB = 1024 * 1024;
const samples = (...sizes: number[]) => sizes.map((size, i) => ({ atMs: i * 30_000, rssBytes: size * MIB }));

test('memory that grows by 3 MiB each half minute grows by 6 a minute', () => {
  expect(growthPerMinute(samples(100, 103, 106, 109))).toBeCloseTo(6, 9);
});

test('memory that goes up and down around a level does not grow', () => {
  expect(growthPerMinute(samples(100, 110, 110, 100))).toBeCloseTo(0, 9);
});

test('the straight line is that of least squares: 0, 0 and 3 at 0, 0.5 and 1 minutes rise by 3 a minute', () => {
  expect(growthPerMinute(samples(0, 0, 3))).toBeCloseTo(3, 9);
});

test('the first third is left out', () => {
  expect(settled(samples(1, 2, 3, 4, 5, 6, 7)).map(({ rssBytes }) => rssBytes / MIB)).toEqual([4, 5, 6, 7]);
});
