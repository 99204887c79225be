import { scenariosFor, userSyncItems } from '../../../bench/user-syncs/scenarios';
import { provisionUsersFaults } from '../../../src/contract';

const TROUBLED = ['u-025', 'u-075', 'u-125', 'u-175'];

it('makes items that a batch takes', () => {
  expect(provisionUsersFaults({ zoneId: 'z-1', items: userSyncItems(200) })).toEqual([]);
});

it('troubles four items, evenly among the others', () => {
  const [failing, slow, lost, unlisted, killed] = scenariosFor(userSyncItems(200));
  expect(failing?.failing).toEqual(TROUBLED);
  expect(Object.keys(failing?.directory.createTasks ?? {})).toEqual(TROUBLED);
  expect(Object.keys(slow?.directory.createTasks ?? {})).toEqual(TROUBLED);
  expect(lost?.lostAnswers.map(({ principalId }) => principalId)).toEqual(TROUBLED);
  expect(unlisted).toMatchObject({ directory: { listsTasks: false }, lostAnswers: lost?.lostAnswers });
  expect(killed).toMatchObject({ isKilled: true, lostAnswers: [], failing: [] });
});

it('loses an answer in each of four ways, once', () => {
  const [, , lost] = scenariosFor(userSyncItems(40));
  expect(lost?.lostAnswers.map(({ how, done, times }) => [how, done, times])).toEqual([
    ['drop', true, 1],
    ['drop', false, 1],
    ['InternalError', true, 1],
    ['InternalError', false, 1],
  ]);
});
