import { checkUserSyncs, type Compared } from '../../../bench/user-syncs/checks';
import type { SideFigures } from '../../../bench/user-syncs/figures';

const whole: SideFigures = {
  items: 10,
  endedRight: 10,
  failed: 2,
  reasonsKnown: 2,
  orphans: 0,
  neverFollowed: 0,
  blindCreates: 0,
  falseErrors: 0,
};
const compared = (ours: Partial<SideFigures>, directory = {}, orphans = 1): Compared => ({
  scenario: { name: 'trouble', directory },
  terraform: { ...whole, orphans },
  ours: { ...whole, ...ours },
});
const areMet = (...each: Parameters<typeof compared>): boolean[] =>
  checkUserSyncs([compared(...each)]).map(({ isMet }) => isMet);

it('is met where this project loses nothing, and Terraform’s logic leaves orphans', () => {
  expect(areMet({})).toEqual([true, true]);
  expect(areMet({}, {}, 0)).toEqual([true, false]);
});

it.each<Partial<SideFigures>>([
  { endedRight: 9 },
  { reasonsKnown: 1 },
  { orphans: 1 },
  { neverFollowed: 1 },
  { blindCreates: 1 },
  { falseErrors: 1 },
])('is not met with %j', (ours) => {
  expect(areMet(ours)).toEqual([false, true]);
});

it('lets tasks be lost where ListTasks lists none, and nothing else', () => {
  const directory = { listsTasks: false };
  expect(areMet({ endedRight: 8, neverFollowed: 2 }, directory)).toEqual([true, true]);
  expect(areMet({ orphans: 1 }, directory)).toEqual([false, true]);
});
