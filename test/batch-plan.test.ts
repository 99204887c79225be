import { planOf, removalPlanOf } from '../src/batch-plan';
import type { UserSync, UserSyncItem, UserSyncKey } from '../src/contract';

const key = (principalId: string): UserSyncKey => ({
  principalType: 'User',
  principalId,
  targetType: 'MemberUin',
  targetUin: '100000000001',
});
const item = (principalId: string, fields: Partial<UserSyncItem> = {}): UserSyncItem => ({
  ...key(principalId),
  ...fields,
});
const sync = (principalId: string, fields: Partial<UserSync> = {}): UserSync => ({
  ...key(principalId),
  userProvisioningId: `up-${principalId}`,
  ...fields,
});

const OPTIONS = { updateExisting: false, allowTakeOver: false };

test('creates what is not there and adopts what is, with the differences in what the item gives', () => {
  const existing = [
    sync('u-2', { deletionStrategy: 'Delete', description: 'theirs', duplicationStrategy: 'KeepBoth' }),
    sync('u-3', { deletionStrategy: 'Keep' }),
    sync('u-9'),
  ];
  const items = [
    item('u-1'),
    item('u-2', { deletionStrategy: 'Keep', duplicationStrategy: 'KeepBoth' }),
    item('u-3', { deletionStrategy: 'Keep', description: '' }),
  ];
  const plan = planOf(items, existing, OPTIONS);
  expect(plan).toEqual({
    steps: [
      { action: 'create', item: items[0] },
      {
        action: 'adopt',
        item: items[1],
        sync: existing[0],
        differences: [{ field: 'deletionStrategy', wanted: 'Keep', existing: 'Delete' }],
      },
      { action: 'adopt', item: items[2], sync: existing[1], differences: [] },
    ],
    counts: { create: 1, adopt: 2, change: 0, refuse: 0 },
  });
});

test('changes what differs where that is wanted, and adopts the others', () => {
  const existing = [sync('u-1'), sync('u-2', { description: 'same' })];
  const items = [item('u-1', { description: 'new' }), item('u-2', { description: 'same' })];
  const { steps, counts } = planOf(items, existing, { ...OPTIONS, updateExisting: true });
  expect(steps).toEqual([
    { action: 'change', item: items[0], sync: existing[0], differences: [{ field: 'description', wanted: 'new' }] },
    { action: 'adopt', item: items[1], sync: existing[1], differences: [] },
  ]);
  expect(counts).toEqual({ create: 0, adopt: 1, change: 1, refuse: 0 });
});

test('refuses TakeOver unless it is allowed, whether the sync is there or not', () => {
  const items = [item('u-1', { duplicationStrategy: 'TakeOver' }), item('u-2', { duplicationStrategy: 'TakeOver' })];
  expect(planOf(items, [sync('u-1')], OPTIONS)).toEqual({
    steps: items.map((each) => ({ action: 'refuse', item: each })),
    counts: { create: 0, adopt: 0, change: 0, refuse: 2 },
  });
  expect(planOf(items, [sync('u-1')], { ...OPTIONS, allowTakeOver: true }).counts).toEqual({
    create: 1,
    adopt: 1,
    change: 0,
    refuse: 0,
  });
});

test('removes by id and by key what is there', () => {
  const existing = [sync('u-1'), sync('u-2')];
  const refs = [{ userProvisioningId: 'up-u-2' }, key('u-1'), { userProvisioningId: 'up-u-9' }, key('u-8')];
  expect(removalPlanOf(refs, existing)).toEqual({
    steps: [
      { action: 'remove', item: refs[0], sync: existing[1] },
      { action: 'remove', item: refs[1], sync: existing[0] },
      { action: 'absent', item: refs[2] },
      { action: 'absent', item: refs[3] },
    ],
    counts: { remove: 2, absent: 2 },
  });
});
