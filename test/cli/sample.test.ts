import path from 'node:path';

import { PROVISION_FORMAT } from '../../src/cli/item-format';
import { readItemsFile } from '../../src/cli/items-file-reader';
import { deviations, SAMPLE_DIRECTORY, sampleTasks } from '../../src/cli/sample';
import type { ProvisioningOutcome, WaitResult } from '../../src/client';
import { root } from '../support/project';

const REASON = 'The sub-account already has a user of this name';

function ended(phase: ProvisioningOutcome['phase'], failureReason: string): WaitResult {
  return { kind: 'ended', outcome: { phase, failureReason } as ProvisioningOutcome };
}

test('the sample has one that succeeds, one that fails with a reason and a slow one, with ids of their own each run', () => {
  expect(sampleTasks('a').map(({ zoneId, taskId, script }) => [zoneId, taskId, script])).toEqual([
    ['z-demo', 't-a-succeeds', { durationMs: 3000 }],
    ['z-demo', 't-a-fails', { durationMs: 4000, then: { status: 'Failed', failureReason: REASON } }],
    ['z-demo', 't-a-slow', { durationMs: 12_000 }],
  ]);
});

test('nothing deviates when all ended as scripted', () => {
  const results = [ended('Succeeded', ''), ended('Failed', REASON), ended('Succeeded', '')];
  expect(deviations(sampleTasks('a'), results)).toEqual([]);
});

test('each deviation is named', () => {
  const results: WaitResult[] = [ended('Failed', ''), ended('Failed', 'another reason'), { kind: 'waiting' }];
  expect(deviations(sampleTasks('a'), results)).toEqual([
    't-a-succeeds: expected Succeeded, got Failed',
    `t-a-fails: expected Failed (${REASON}), got Failed (another reason)`,
    't-a-slow: expected Succeeded, got waiting',
  ]);
});

test('the example file has five items: the emulator of the sample fails one, does not know one, and takes the others', async () => {
  const faults: string[] = [];
  const items = await readItemsFile(path.join(root, 'examples', 'users.csv'), PROVISION_FORMAT, faults);
  expect(faults).toEqual([]);
  const ids = items.map(({ principalId }) => principalId);
  expect(ids).toEqual(['u-anna', 'u-ben', 'g-auditors', 'u-fails', 'u-unknown']);
  expect(ids).toEqual(expect.arrayContaining(SAMPLE_DIRECTORY.unknownUsers ?? []));
  expect(ids).toEqual(expect.arrayContaining(Object.keys(SAMPLE_DIRECTORY.createTasks ?? {})));
});
