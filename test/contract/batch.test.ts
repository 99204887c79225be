import {
  deprovisionUsersFaults,
  GOOD_OUTCOMES,
  ITEM_OUTCOMES,
  OPEN_OUTCOMES,
  provisionUsersFaults,
  readUserSyncsFaults,
  type UserSyncItem,
} from '../../src/contract';

const item = (principalId: string, more: Partial<UserSyncItem> = {}): UserSyncItem => ({
  principalType: 'User',
  principalId,
  targetType: 'MemberUin',
  targetUin: '100000000001',
  ...more,
});
const itemsFile = { name: 'users.jsonl', sha256: 'a'.repeat(64), count: 3 };

describe('the input of provisionUsers', () => {
  test('is good with items, or with a file of them, and with every option', () => {
    expect(provisionUsersFaults({ zoneId: 'z-1', items: [item('u-1'), item('u-2')] })).toEqual([]);
    const options = {
      zoneId: 'z-1',
      itemsFile,
      maxInFlight: 10_000,
      follow: { deadlineSeconds: 60, notFoundGraceSeconds: 0, polling: { ageFraction: 0 } },
      cancelFollows: true,
      requestedBy: 'me',
      note: 'why',
      chunkSize: 100,
      allowTakeOver: true,
      updateExisting: false,
    };
    expect(provisionUsersFaults(options)).toEqual([]);
  });

  test('tells every fault at once', () => {
    const input = {
      zoneId: '',
      items: [],
      itemsFile: { name: '../users', sha256: 'A', count: 0, path: '/tmp' },
      maxInFlight: 10_001,
      follow: { deadlineSeconds: 0, startedAt: 'x', polling: { ageFraction: 2 } },
      cancelFollows: 'no',
      requestedBy: 7,
      chunkSize: 1.5,
      allowTakeOver: 1,
      updateExisting: null,
      dryRun: true,
    };
    expect(provisionUsersFaults(input)).toEqual([
      'dryRun is not a known field',
      'zoneId must be a non-empty string',
      'input must have either items or itemsFile',
      'items must be a non-empty array',
      'itemsFile.path is not a known field',
      'itemsFile.name must be the name of a file without a path: letters, digits, ".", "-" and "_"',
      'itemsFile.sha256 must be 64 hexadecimal digits in lower case',
      'itemsFile.count must be a whole number from 1 to 1000000',
      'maxInFlight must be a whole number from 1 to 10000',
      'follow.startedAt is not a known field',
      'follow.deadlineSeconds must be a number of seconds, positive, at most 315360000',
      'follow.polling.ageFraction must be a number from 0 to 1',
      'cancelFollows must be true or false',
      'requestedBy must be a string of at most 1000 characters',
      'chunkSize must be a whole number from 1 to 100',
      'allowTakeOver must be true or false',
      'updateExisting must be true or false',
    ]);
    expect(provisionUsersFaults([])).toEqual(['input must be an object']);
    expect(provisionUsersFaults({ zoneId: 'z-1' })).toEqual(['input must have either items or itemsFile']);
    expect(provisionUsersFaults({ zoneId: 'z-1', itemsFile: { ...itemsFile, count: undefined } })).toEqual([
      'itemsFile.count must be given',
    ]);
  });

  test('has no item twice, also where only its form differs', () => {
    const same = { ...item('u-1', { description: 'another' }), targetUin: 100000000001 };
    expect(provisionUsersFaults({ zoneId: 'z-1', items: [item('u-1'), item('u-2'), same] })).toEqual([
      'items[2] is the same as items[0]: User u-1 → MemberUin 100000000001',
    ]);
    const other = item('u-1', { targetType: 'ManagerUin' });
    expect(provisionUsersFaults({ zoneId: 'z-1', items: [item('u-1'), other] })).toEqual([]);
  });

  test('replaces existing users only when that is allowed', () => {
    const items = [item('u-1', { duplicationStrategy: 'TakeOver' })];
    expect(provisionUsersFaults({ zoneId: 'z-1', items })).toEqual([
      'items[0].duplicationStrategy is TakeOver, which replaces existing users of the sub-account: set allowTakeOver when that is wanted',
    ]);
    expect(provisionUsersFaults({ zoneId: 'z-1', items, allowTakeOver: true })).toEqual([]);
  });
});

test('the input of deprovisionUsers takes ids and keys, and tells every fault at once', () => {
  const items = [{ userProvisioningId: 'up-1' }, { ...item('u-1') }];
  expect(deprovisionUsersFaults({ zoneId: 'z-1', items, dryRun: true })).toEqual([]);
  expect(deprovisionUsersFaults({ zoneId: 'z-1', items: [...items, items[0]], dryRun: 1, chunkSize: 3 })).toEqual([
    'chunkSize is not a known field',
    'dryRun must be true or false',
    'items[2] is the same as items[0]: up-1',
  ]);
});

test('the input of readUserSyncs has either keys or a token', () => {
  expect(readUserSyncsFaults({ zoneId: 'z-1' })).toEqual([]);
  expect(readUserSyncsFaults({ zoneId: 'z-1', keys: [item('u-1')] })).toEqual([]);
  expect(readUserSyncsFaults({ zoneId: 'z-1', keys: {}, nextToken: 7, all: true })).toEqual([
    'all is not a known field',
    'keys must be an array',
    'nextToken must be a string',
    'input must have either keys or nextToken',
  ]);
});

test('good and open outcomes are outcomes, and none is both', () => {
  expect(ITEM_OUTCOMES).toEqual(expect.arrayContaining([...GOOD_OUTCOMES, ...OPEN_OUTCOMES]));
  expect(GOOD_OUTCOMES.filter((outcome) => OPEN_OUTCOMES.includes(outcome))).toEqual([]);
});
