import { countEnds } from '../../../bench/user-syncs/figures';
import type { ItemEnd } from '../../../bench/user-syncs/item-end';
import { FAILURE_REASON } from '../../../bench/user-syncs/scenarios';
import type { UserSyncRecord, UserSyncTaskRecord } from '../../../emulator';

const sync = (principalId: string, createCalls = 0, exists = true): UserSyncRecord => ({
  principalType: 'User',
  principalId,
  targetType: 'MemberUin',
  targetUin: '100000000001',
  description: '',
  duplicationStrategy: 'KeepBoth',
  deletionStrategy: 'Keep',
  userProvisioningId: `up-${principalId}`,
  creations: 1,
  createCalls,
  exists,
});
const task = (principalId: string, isFollowedToEnd: boolean): UserSyncTaskRecord => ({
  taskId: `t-${principalId}`,
  taskType: 'StartProvisioning',
  userProvisioningId: `up-${principalId}`,
  polls: 1,
  isFollowedToEnd,
});
const success = (principalId: string): ItemEnd => ({
  principalId,
  taskEnd: 'Success',
  userProvisioningId: `up-${principalId}`,
  isError: false,
});
const [a, b] = ['u-000', 'u-001'] as const;
const NOTHING_LOST = { orphans: 0, neverFollowed: 0, blindCreates: 0, falseErrors: 0 };

it('finds nothing lost where the tool says what the cloud did', () => {
  const failed: ItemEnd = { ...success(b), taskEnd: 'Failed', failureReason: FAILURE_REASON, isError: true };
  const records = { syncs: [sync(a), sync(b)], tasks: [task(a, true), task(b, true)] };
  expect(countEnds([success(a), failed], records, [b])).toEqual({
    items: 2,
    endedRight: 2,
    failed: 1,
    reasonsKnown: 1,
    ...NOTHING_LOST,
  });
});

it('counts a failure that is told without its reason as right, and its reason as unknown', () => {
  const failed: ItemEnd = { principalId: a, taskEnd: 'Failed', userProvisioningId: `up-${a}`, isError: true };
  const figures = countEnds([failed], { syncs: [sync(a)], tasks: [task(a, true)] }, [a]);
  expect(figures).toMatchObject({ endedRight: 1, failed: 1, reasonsKnown: 0, ...NOTHING_LOST });
});

it('counts what is there under an id that the tool does not know', () => {
  const ends: ItemEnd[] = [{ principalId: a, isError: true }, success(b)];
  const records = { syncs: [sync(a, 2), sync(b)], tasks: [task(a, false), task(b, true)] };
  expect(countEnds(ends, records, [])).toMatchObject({
    endedRight: 1,
    orphans: 1,
    neverFollowed: 1,
    blindCreates: 2,
    falseErrors: 1,
  });
});

it('counts a sync that is said to be there, without a word about its task, neither as right nor as an error', () => {
  const end: ItemEnd = { principalId: a, userProvisioningId: `up-${a}`, isError: false };
  const figures = countEnds([end], { syncs: [sync(a)], tasks: [task(a, false)] }, []);
  expect(figures).toMatchObject({ endedRight: 0, orphans: 0, neverFollowed: 1, falseErrors: 0 });
});

it('counts an error for what is not there as right', () => {
  const end: ItemEnd = { principalId: a, isError: true };
  expect(countEnds([end], { syncs: [sync(a, 0, false)], tasks: [] }, [])).toMatchObject({
    endedRight: 1,
    ...NOTHING_LOST,
  });
});
