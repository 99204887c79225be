import { planOf, removalPlanOf } from '../../src/batch-plan';
import { deprovisionPlanLines, provisionPlanLines } from '../../src/cli/plan-lines';
import type { UserSyncItem } from '../../src/client';

const item = (principalId: string): UserSyncItem => ({
  principalType: 'User',
  principalId,
  targetType: 'MemberUin',
  targetUin: '1',
});
const sync = (principalId: string): UserSyncItem & { userProvisioningId: string } => ({
  ...item(principalId),
  userProvisioningId: `up-${principalId}`,
});

test('shows counts, and what is adopted, changed and refused', () => {
  const items: UserSyncItem[] = [
    item('u-1'),
    item('u-2'),
    { ...item('u-3'), deletionStrategy: 'Keep', description: 'a\u001b' },
    { ...item('u-4'), duplicationStrategy: 'TakeOver' },
  ];
  const syncs = [sync('u-2'), { ...sync('u-3'), deletionStrategy: 'Delete' }] as const;
  const plan = planOf(items, syncs, { updateExisting: true, allowTakeOver: false });
  expect(provisionPlanLines('z-1', plan)).toEqual([
    'Plan for zone z-1: create 1, adopt 1, change 1, refuse 1',
    '',
    'Exist already and stay as they are:',
    'ITEM                    SYNC    DIFFERENCES',
    'User u-2 → MemberUin 1  up-u-2  -',
    '',
    'Exist already and would be changed:',
    'ITEM                    SYNC    CHANGES',
    'User u-3 → MemberUin 1  up-u-3  deletionStrategy is "Delete", wanted "Keep"; description is not given, wanted "a\\u001b"',
    '',
    'Refused:',
    'ITEM                    REASON',
    'User u-4 → MemberUin 1  TakeOver replaces existing users of the sub-account: add --allow-take-over where that is wanted',
  ]);
});

test('shows twenty of many, and how many more there are', () => {
  const items = Array.from({ length: 23 }, (_, index) => item(`u-${index}`));
  const syncs = items.map(({ principalId }) => sync(principalId));
  const lines = provisionPlanLines('z-1', planOf(items, syncs, { updateExisting: false, allowTakeOver: false }));
  expect(lines).toHaveLength(25);
  expect(lines[24]).toBe('… and 3 more: add --json for all of them');
});

test('shows what would be removed and what is not there', () => {
  const there = { ...sync('u-1'), principalName: 'ann', targetName: 'sub', deletionStrategy: 'Delete' } as const;
  expect(deprovisionPlanLines('z-1', removalPlanOf([item('u-1'), { userProvisioningId: 'up-9' }], [there]))).toEqual([
    'Plan for zone z-1: remove 1, absent 1',
    '',
    'Would be removed:',
    'ITEM                    SYNC    PRINCIPAL  TARGET  DELETION STRATEGY',
    'User u-1 → MemberUin 1  up-u-1  ann        sub     Delete',
    '',
    'Not there:',
    'ITEM',
    'up-9',
  ]);
});
