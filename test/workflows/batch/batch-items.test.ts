import type { ItemOutcome } from '../../../src/contract';
import {
  countOutcomes,
  endItem,
  hasFailed,
  lineOf,
  retryItem,
  syncFacts,
  waitingItems,
  type ProvisionItem,
} from '../../../src/workflows/batch/batch-items';
import { nextChunk } from '../../../src/workflows/batch/create-syncs';

import { userItem, userItems } from './batch-world';

const KEY = { principalType: 'User', targetType: 'MemberUin', targetUin: '100000000001' } as const;

function items(count: number): ProvisionItem[] {
  return waitingItems(userItems('u', count), 500);
}

function first(all: readonly ProvisionItem[]): ProvisionItem {
  return all[0] as ProvisionItem;
}

test('an item that waits has its place and key, and is not started', () => {
  expect(items(2).map(lineOf)).toEqual([
    { ...KEY, index: 500, principalId: 'u-0', outcome: 'NotStarted', attempts: 0 },
    { ...KEY, index: 501, principalId: 'u-1', outcome: 'NotStarted', attempts: 0 },
  ]);
  expect(waitingItems([{ userProvisioningId: 'up-1' }], 0).map(lineOf)).toEqual([
    { index: 0, userProvisioningId: 'up-1', outcome: 'NotStarted', attempts: 0 },
  ]);
});

test('outcomes are counted, of open items too', () => {
  const all = items(4);
  endItem(first(all), 'Succeeded', { taskId: 't-1' });
  all.slice(1, 2).forEach((item) => (item.stage = 'following'));
  all.slice(2, 3).forEach((item) => (item.stage = 'starting'));
  expect(countOutcomes(all)).toEqual({ Succeeded: 1, StillFollowed: 1, NotStarted: 2 });
  expect(lineOf(first(all))).toMatchObject({ outcome: 'Succeeded', taskId: 't-1' });
});

test('a long reason is cut, so that the lines of a part fit into one payload', () => {
  const item = first(items(1));
  endItem(item, 'Failed', { reason: 'x'.repeat(501) });
  expect(lineOf(item).reason).toBe(`${'x'.repeat(499)}…`);
  endItem(item, 'Failed', { reason: 'x'.repeat(500) });
  expect(lineOf(item).reason).toBe('x'.repeat(500));
});

test.each<[ItemOutcome, boolean]>([
  ['Succeeded', false],
  ['AlreadyExists', false],
  ['AlreadyAbsent', false],
  ['WouldBeRemoved', false],
  ['Failed', true],
  ['Refused', true],
  ['NotFound', true],
  ['Vanished', true],
  ['Rejected', true],
  ['DeadlineExceeded', true],
  ['Cancelled', true],
  ['Unknown', true],
])('%s is a failure: %p', (outcome, isFailure) => {
  const item = first(items(1));
  endItem(item, outcome);
  expect(hasFailed(item)).toBe(isFailure);
});

describe('another attempt', () => {
  test.each<[ItemOutcome, ProvisionItem['facts'], ProvisionItem['redo']]>([
    ['Refused', {}, undefined],
    ['Failed', { userProvisioningId: 'up-1', taskId: 't-1' }, 'remove'],
    ['Failed', { userProvisioningId: 'up-1', taskId: 't-1', adopted: 'AlreadyExisted' }, undefined],
    ['Failed', { userProvisioningId: 'up-1', taskId: 't-1', adopted: 'AfterLostAnswer' }, undefined],
    ['DeadlineExceeded', { userProvisioningId: 'up-1', taskId: 't-1' }, 'follow'],
    ['Unknown', {}, undefined],
  ])('after %s of %j begins with %p', (outcome, facts, redo) => {
    const item = first(items(1));
    item.losses = 3;
    endItem(item, outcome, { ...facts, reason: 'why', errorCode: 'Code', requestId: 'r-1' });
    retryItem(item);
    expect(item).toMatchObject({ stage: 'waiting', losses: 0, facts });
    expect(item.redo).toBe(redo);
    expect(lineOf(item)).toEqual({
      ...KEY,
      index: 500,
      principalId: 'u-0',
      ...facts,
      outcome: 'NotStarted',
      attempts: 0,
    });
  });
});

test('what is found tells id, key and configuration', () => {
  const sync = { ...userItem('u-1'), userProvisioningId: 'up-1', status: 'Disabled', principalName: 'Anna' };
  expect(syncFacts(sync)).toEqual({
    ...KEY,
    principalId: 'u-1',
    userProvisioningId: 'up-1',
    configurationStatus: 'Disabled',
  });
});

test('a list has as many items as wanted; one with two lost answers goes alone', () => {
  const all = items(5);
  expect(nextChunk(all, 3)).toEqual(all.slice(0, 3));
  expect(nextChunk([], 3)).toEqual([]);
  first(all).losses = 2;
  expect(nextChunk(all, 3)).toEqual(all.slice(0, 1));
  const later = [...all.slice(1, 3), first(all), ...all.slice(3)];
  expect(nextChunk(later, 4)).toEqual(all.slice(1));
});
