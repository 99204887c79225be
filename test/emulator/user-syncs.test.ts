import { type WantedUserSync } from '../../emulator/user-syncs';
import { Zones } from '../../emulator/zones';

const COUNT = 20_000;

const wanted = (i: number): WantedUserSync => ({
  principalType: 'User',
  principalId: `u-${i}`,
  targetType: 'MemberUin',
  targetUin: '100000000001',
  description: '',
  duplicationStrategy: 'KeepBoth',
  deletionStrategy: 'Keep',
});

it('creates, finds and removes twenty thousand user syncs of one target', () => {
  const { syncs, tasks } = new Zones(() => 0).open('z-1');
  let found = 0;
  for (let i = 0; i < COUNT; i++) {
    syncs.create([wanted(i)], {});
    const { principalId, targetUin } = wanted(i);
    found += syncs.matching({ principalId, targetUin }).length + tasks.ofUserSync({ principalId, targetUin }).length;
  }
  expect(found).toBe(2 * COUNT);
  expect(syncs.matching({})).toHaveLength(COUNT);
  for (let i = 1; i <= COUNT; i++) syncs.remove(`up-${i}`, {});
  expect(syncs.matching({})).toHaveLength(0);
  expect(syncs.records().filter(({ exists }) => exists)).toHaveLength(0);
  expect(tasks.records()).toHaveLength(2 * COUNT);
});

it('gives out ids once for all zones', () => {
  const zones = new Zones(() => 0);
  const ids = ['z-1', 'z-2', 'z-1'].map((zoneId, i) => {
    const created = zones.open(zoneId).syncs.create([wanted(i)], {});
    return 'started' in created && created.started.map(({ sync, task }) => [sync.userProvisioningId, task.taskId]);
  });
  expect(ids).toEqual([[['up-1', 't-1']], [['up-2', 't-2']], [['up-3', 't-3']]]);
  expect(zones.get('z-3')).toBeUndefined();
});
