import type { WorkflowFailedError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';

import {
  INVALID_INPUT_TYPE,
  READ_REFUSED_TYPE,
  READ_USER_SYNCS,
  TASK_QUEUES,
  userSyncKey,
  type ReadUserSyncsAnswer,
  type ReadUserSyncsInput,
} from '../../../src/contract';

import { createBatchWorld, userItem, userItems, type BatchWorld } from './batch-world';

let world: BatchWorld;
beforeAll(async () => {
  world = await createBatchWorld();
}, 60_000);
afterAll(() => world.close(), 60_000);

let count = 0;
function read(input: ReadUserSyncsInput): Promise<ReadUserSyncsAnswer> {
  count += 1;
  return world.client.workflow.execute(READ_USER_SYNCS, {
    workflowId: `read-${count}`,
    taskQueue: TASK_QUEUES.provisioning,
    args: [input],
  }) as Promise<ReadUserSyncsAnswer>;
}

async function failureOf(input: ReadUserSyncsInput): Promise<ApplicationFailure> {
  const error: unknown = await read(input).catch((reason: unknown) => reason);
  return (error as WorkflowFailedError).cause as ApplicationFailure;
}

describe('readUserSyncs', () => {
  test('reads all syncs of a zone over several pages, or those of keys', async () => {
    const zoneId = 'z-read';
    world.emulator.setZone(zoneId, {});
    await (await world.provision({ zoneId, items: userItems('u', 120) })).report();
    const all = await read({ zoneId });
    expect(all.nextToken).toBeUndefined();
    expect(all.syncs.map(({ principalId }) => principalId).sort()).toEqual(
      userItems('u', 120)
        .map(({ principalId }) => principalId)
        .sort(),
    );
    const keys = [userSyncKey(userItem('u-7')), userSyncKey(userItem('u-absent'))];
    const some = await read({ zoneId, keys });
    expect(some.syncs).toMatchObject([{ principalId: 'u-7', targetUin: '100000000001', status: 'Enabled' }]);
  });

  test('fails with the cloud’s word, or with every fault of its input', async () => {
    const refused = await failureOf({ zoneId: 'z-nowhere' });
    expect(refused.type).toBe(READ_REFUSED_TYPE);
    expect(refused.details?.[0]).toMatchObject({ code: 'FailedOperation.ZoneIdNotExist' });
    const invalid = await failureOf({ zoneId: '', keys: [], nextToken: 'x' });
    expect(invalid.type).toBe(INVALID_INPUT_TYPE);
    expect(invalid.details).toEqual(['zoneId must be a non-empty string', 'input must have either keys or nextToken']);
  });
});
