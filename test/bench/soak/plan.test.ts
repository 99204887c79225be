import { createRandom } from '../../../bench/random';
import { planFollow, planReplacement, type PlannedFollow } from '../../../bench/soak/plan';

const COUNT = 20_000;
const random = createRandom(1);
const follows = Array.from({ length: COUNT }, (_, index) => planFollow(random, index));
const share = (holds: (follow: PlannedFollow) => boolean): number => follows.filter(holds).length / COUNT;
/** Four standard deviations of a share of at most a half, of so many. */
const TOLERANCE = 0.015;

test('the same seed plans the same', () => {
  expect(planFollow(createRandom(7), 3)).toEqual(planFollow(createRandom(7), 3));
  expect(planReplacement(createRandom(7), 2)).toEqual(planReplacement(createRandom(7), 2));
  expect(planFollow(createRandom(7), 3)).not.toEqual(planFollow(createRandom(8), 3));
});

test.each<[string, number, (follow: PlannedFollow) => boolean]>([
  ['succeed', 0.83, ({ ends }) => ends.includes('Succeeded')],
  ['ride out that the cloud is away', 0.08, ({ script }) => script.answers !== undefined],
  ['fail', 0.12, ({ ends }) => ends.includes('Failed')],
  ['are forgotten', 0.05, ({ ends }) => ends.includes('Vanished')],
  ['are paused, and resumed', 0.06, ({ steps }) => steps.map(({ act }) => act).join() === 'pause,resume'],
  ['are cancelled, or end first', 0.04, ({ ends }) => ends.includes('Cancelled')],
  ['are asked or checked', 0.15, ({ steps }) => steps.some(({ act }) => act === 'status' || act === 'checkNow')],
  ['are left alone', 0.75, ({ steps }) => steps.length === 0],
])('of the follows as many as planned %s', (_, planned, holds) => {
  expect(Math.abs(share(holds) - planned)).toBeLessThan(TOLERANCE);
});

test('tasks last 12 s on average', () => {
  const meanMs = follows.reduce((sum, { script }) => sum + (script.durationMs ?? 0), 0) / COUNT;
  expect(meanMs / 1000).toBeCloseTo(12, 0);
});

test('a replacement is of a place that there is, within 5 to 15 s', () => {
  const replacements = Array.from({ length: 1_000 }, () => planReplacement(random, 2));
  expect(new Set(replacements.map(({ place }) => place))).toEqual(new Set([0, 1]));
  expect(replacements.filter(({ afterSeconds }) => afterSeconds < 5 || afterSeconds >= 15)).toEqual([]);
  expect(new Set(replacements.map(({ by, signal, isOverlapping }) => `${by} ${signal} ${isOverlapping}`)).size).toBe(8);
});
