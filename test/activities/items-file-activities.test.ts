import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { ApplicationFailure } from '@temporalio/common';

import { createItemsFileActivities } from '../../src/activities';
import type { ItemsFile, UserSyncItem } from '../../src/contract';
import { writeItemsFile } from '../../src/items-file';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'items-activities-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const activities = (): ReturnType<typeof createItemsFileActivities> => createItemsFileActivities({ folder });

const ITEMS = Array.from({ length: 5 }, (_, number): UserSyncItem => ({
  principalType: 'User',
  principalId: `u-${number}`,
  targetType: 'MemberUin',
  targetUin: '9223372036854775807',
}));

/** Writes a file of these lines, right or wrong. */
function writeLines(...lines: unknown[]): ItemsFile {
  const content = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
  writeFileSync(path.join(folder, 'items.jsonl'), content);
  return { name: 'items.jsonl', sha256: createHash('sha256').update(content).digest('hex'), count: lines.length };
}

/** Returns how an activity failed. */
async function failureOf(running: Promise<unknown>): Promise<unknown> {
  const failure = await running.then(
    () => new Error('did not fail'),
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(ApplicationFailure);
  const { type, message, nonRetryable, details } = failure as ApplicationFailure;
  return { type, message, nonRetryable, details };
}

describe('checkItemsFile', () => {
  it('takes a file of good items', async () => {
    const file = await writeItemsFile(folder, ITEMS);
    await expect(activities().checkItemsFile({ file, kind: 'provision' })).resolves.toBeUndefined();
    const refs = await writeItemsFile(folder, [{ userProvisioningId: 'up-1' }, ITEMS[0] as UserSyncItem]);
    await expect(activities().checkItemsFile({ file: refs, kind: 'deprovision' })).resolves.toBeUndefined();
  });

  it('tells every fault of every item at once', async () => {
    const file = writeLines(
      { ...ITEMS[0], principalType: 'Robot', extra: 1 },
      'no JSON {',
      ITEMS[1],
      { ...ITEMS[2], duplicationStrategy: 'TakeOver' },
      ITEMS[1],
      // As a number it is not exact.
      '{"principalType":"User","principalId":"u-9","targetType":"MemberUin","targetUin":9223372036854775807}',
    );
    const faults = [
      'items[0].extra is not a known field',
      'items[0].principalType must be User or Group',
      'items[1] must be an object',
      'items[4] is the same as items[2]: User u-1 → MemberUin 9223372036854775807',
      'items[5].targetUin must be the digits of an account id, e.g. "100000000001"',
      'items[3].duplicationStrategy is TakeOver, which replaces existing users of the sub-account: set allowTakeOver when that is wanted',
    ];
    await expect(failureOf(activities().checkItemsFile({ file, kind: 'provision' }))).resolves.toEqual({
      type: 'ProvisioningInvalidInput',
      message: `items.jsonl: ${faults.join('; ')}`,
      nonRetryable: true,
      details: faults,
    });
  });

  it('takes items that replace users when that is allowed', async () => {
    const file = writeLines({ ...ITEMS[0], duplicationStrategy: 'TakeOver' });
    await expect(
      activities().checkItemsFile({ file, kind: 'provision', allowTakeOver: true }),
    ).resolves.toBeUndefined();
  });

  it('tells items of the other kind', async () => {
    const file = writeLines({ userProvisioningId: 'up-1', principalId: 'u-1' });
    await expect(failureOf(activities().checkItemsFile({ file, kind: 'deprovision' }))).resolves.toMatchObject({
      details: ['items[0].userProvisioningId stands alone: take principalId away'],
    });
  });

  it.each([
    [100, []],
    [101, ['and 1 more']],
    [5_000, ['and 4900 more']],
  ])('tells a hundred faults of %d, and how many more', async (count, more) => {
    const file = writeLines(...Array.from({ length: count }, () => 'null'));
    const told = Array.from({ length: 100 }, (_, index) => `items[${index}] must be an object`);
    await expect(failureOf(activities().checkItemsFile({ file, kind: 'provision' }))).resolves.toMatchObject({
      details: [...told, ...more],
    });
  });
});

describe('readItems', () => {
  it('gives a slice of the items, in their one form', async () => {
    const file = writeLines(...ITEMS.slice(0, 3), { ...ITEMS[3], targetUin: 100000000001 }, ITEMS[4]);
    const slice = activities().readItems({ file, kind: 'provision', from: 2, count: 2 });
    await expect(slice).resolves.toEqual([ITEMS[2], { ...ITEMS[3], targetUin: '100000000001' }]);
    const last = activities().readItems({ file, kind: 'provision', from: 4, count: 500 });
    await expect(last).resolves.toEqual([ITEMS[4]]);
  });

  it('gives references to what is to be removed', async () => {
    const file = writeLines({ userProvisioningId: 'up-1' }, ITEMS[0]);
    await expect(activities().readItems({ file, kind: 'deprovision', from: 0, count: 2 })).resolves.toEqual([
      { userProvisioningId: 'up-1' },
      ITEMS[0],
    ]);
  });

  it('tells a wrong item by its place in the file', async () => {
    const file = writeLines(ITEMS[0], ITEMS[1], 'null');
    const reading = activities().readItems({ file, kind: 'provision', from: 1, count: 2 });
    await expect(failureOf(reading)).resolves.toMatchObject({ details: ['items[2] must be an object'] });
  });
});

describe('a file', () => {
  const both: [string, (file: ItemsFile) => Promise<unknown>][] = [
    ['checkItemsFile', (file) => activities().checkItemsFile({ file, kind: 'provision' })],
    ['readItems', (file) => activities().readItems({ file, kind: 'provision', from: 0, count: 1 })],
  ];

  it.each(both)('that has changed is refused for good by %s', async (_, read) => {
    const file = await writeItemsFile(folder, ITEMS);
    appendFileSync(path.join(folder, file.name), 'x');
    await expect(failureOf(read(file))).resolves.toMatchObject({
      type: 'ProvisioningInvalidInput',
      nonRetryable: true,
      details: [expect.stringMatching(`^${file.name} has changed: its sha256 is [\\da-f]{64}, not ${file.sha256}$`)],
    });
  });

  it.each(both)('out of the folder is refused for good by %s', async (_, read) => {
    const file = await writeItemsFile(folder, ITEMS);
    folder = path.join(folder, 'inner');
    mkdirSync(folder);
    await expect(failureOf(read({ ...file, name: `../${file.name}` }))).resolves.toMatchObject({
      type: 'ProvisioningInvalidInput',
      nonRetryable: true,
      details: [`the name of a file of items must not lead out of its folder: ../${file.name}`],
    });
    folder = path.dirname(folder);
  });

  it.each(both)('that is not there yet makes %s worth another try', async (_, read) => {
    const file = await writeItemsFile(folder, ITEMS);
    rmSync(path.join(folder, file.name));
    const message = `${file.name} is not in the folder ${folder}: the folder that PROVISIONING_ITEMS_FOLDER names must be the same for every worker and for whoever writes the file`;
    await expect(failureOf(read(file))).resolves.toEqual({
      type: 'ProvisioningInvalidInput',
      message,
      nonRetryable: false,
      details: [message],
    });
    await writeItemsFile(folder, ITEMS);
    await read(file);
  });

  it.each(both)('that cannot be read is no fault of the input of %s', async (_, read) => {
    mkdirSync(path.join(folder, 'items.jsonl'));
    await expect(read({ name: 'items.jsonl', sha256: '0'.repeat(64), count: 1 })).rejects.toMatchObject({
      code: 'EISDIR',
    });
  });
});
