import {
  resolveUserSyncItem,
  resolveUserSyncRef,
  userSyncItemFaults,
  userSyncKeyFaults,
  userSyncName,
  userSyncRefFaults,
  userSyncRefName,
  type UserSyncItem,
} from '../../src/contract';

const KEY = {
  principalType: 'User',
  principalId: 'u-1',
  targetType: 'MemberUin',
  targetUin: '100000000001',
} as const;

describe('an item', () => {
  test('is good with its key alone, or with all fields', () => {
    expect(userSyncItemFaults(KEY, '')).toEqual([]);
    const whole = {
      ...KEY,
      duplicationStrategy: 'TakeOver',
      deletionStrategy: 'Delete',
      description: 'x'.repeat(1_000),
    };
    expect(userSyncItemFaults(whole, '')).toEqual([]);
  });

  test('tells every fault at once, each with its place', () => {
    const item = {
      principalType: 'user',
      principalId: 'u 1',
      targetUin: 'x',
      duplicationStrategy: 'Replace',
      deletionStrategy: 'keep',
      description: 'x'.repeat(1_001),
      owner: 'me',
    };
    expect(userSyncItemFaults(item, 'items[7].')).toEqual([
      'items[7].owner is not a known field',
      'items[7].principalType must be User or Group',
      'items[7].principalId must not contain white space or control characters',
      'items[7].targetType must be ManagerUin or MemberUin',
      'items[7].targetUin must be the digits of an account id, e.g. "100000000001"',
      'items[7].duplicationStrategy must be KeepBoth or TakeOver',
      'items[7].deletionStrategy must be Keep or Delete',
      'items[7].description must be a string of at most 1000 characters',
    ]);
    expect(userSyncItemFaults('u-1', 'items[7].')).toEqual(['items[7] must be an object']);
  });

  test.each<[unknown, boolean]>([
    ['1', true],
    ['9223372036854775807', true],
    ['9223372036854775808', false],
    ['0', false],
    ['012', false],
    ['-1', false],
    ['1e3', false],
    ['', false],
    [100000000001, true],
    [2 ** 53, false],
    [1.5, false],
    [null, false],
    [undefined, false],
  ])('targetUin %p: %p', (targetUin, isGood) => {
    expect(userSyncItemFaults({ ...KEY, targetUin }, '').length === 0).toBe(isGood);
  });

  test('has its account id as text once it is resolved', () => {
    const item = { ...KEY, targetUin: 100000000001 } as unknown as UserSyncItem;
    expect(resolveUserSyncItem(item)).toEqual(KEY);
    expect(resolveUserSyncRef(item)).toEqual(KEY);
    expect(resolveUserSyncRef({ userProvisioningId: 'up-1' })).toEqual({ userProvisioningId: 'up-1' });
  });
});

describe('a reference', () => {
  test('is an id alone, or a key', () => {
    expect(userSyncRefFaults({ userProvisioningId: 'up-1' }, '')).toEqual([]);
    expect(userSyncRefFaults(KEY, '')).toEqual([]);
    expect(userSyncRefFaults({ ...KEY, userProvisioningId: 'up-1' }, 'items[0].')).toEqual([
      'items[0].userProvisioningId stands alone: take principalType, principalId, targetType, targetUin away',
    ]);
    expect(userSyncRefFaults({ ...KEY, description: 'x' }, 'items[0].')).toEqual([
      'items[0].description is not a known field',
    ]);
  });

  test('has a name that is the same for the same user sync', () => {
    expect(userSyncName(KEY)).toBe('User u-1 → MemberUin 100000000001');
    expect(userSyncRefName(KEY)).toBe(userSyncName(KEY));
    expect(userSyncRefName({ userProvisioningId: 'up-1' })).toBe('up-1');
  });
});

test('a key takes nothing else', () => {
  expect(userSyncKeyFaults(KEY, 'keys[0].')).toEqual([]);
  expect(userSyncKeyFaults({ ...KEY, description: 'x' }, 'keys[0].')).toEqual([
    'keys[0].description is not a known field',
  ]);
});
