import type { Audit } from '../../../bench/soak/audit';
import type { FleetRecord } from '../../../bench/soak/fleet';
import { judgeSoak } from '../../../bench/soak/verdict';

const AUDIT: Audit = {
  follows: 10,
  byPhase: { Succeeded: 10 },
  endedWrong: [],
  askedTwice: [],
  runs: 12,
  calls: 40,
  lostWithWorker: 2,
  lostByLastRelease: 1,
  timedOut: [],
  failedSteps: [],
  carriedOn: 4,
};
const FLEET: FleetRecord = { workers: new Map(), badDrains: [], longestDrainSeconds: 45, memory: [] };
const broken = (audit: Partial<Audit>, fleet: Partial<FleetRecord> = {}): string[] =>
  judgeSoak({ audit: { ...AUDIT, ...audit }, fleet: { ...FLEET, ...fleet }, unanswered: 3 })
    .filter(({ isMet }) => !isMet)
    .map(({ measured }) => measured);

test('calls that go with a killed worker, or that the last release loses, break no promise', () => {
  expect(broken({})).toEqual([]);
});

test.each<[Partial<Audit>, Partial<FleetRecord>, string]>([
  [{ endedWrong: ['t-1: waiting instead of Failed'] }, {}, '1 of 10: t-1: waiting instead of Failed'],
  [{ askedTwice: ['t-1', 't-2'] }, {}, '2 of 10: t-1; t-2'],
  [{ timedOut: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] }, {}, '7 of 40: a; b; c; d; e; and 2 more'],
  [{ failedSteps: ['t-1: no command at event 5'] }, {}, '1 in 12 runs: t-1: no command at event 5'],
  [{}, { badDrains: ['exit code 1: …'] }, '1 of 0: exit code 1: …'],
  [{}, { longestDrainSeconds: 45.1 }, 'the longest took 45.1 s'],
])('%j %j breaks one', (audit, fleet, measured) => {
  expect(broken(audit, fleet)).toEqual([measured]);
});
