import { WorkflowFailedError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';

import { BATCH_QUERIES, INVALID_INPUT_TYPE, PART_SIZE, type ReportLine } from '../../../src/contract';
import { writeItemsFile } from '../../../src/items-file';
import { until } from '../../support/until';

import { createBatchWorld, userItems, type BatchWorld, type StartedBatch } from './batch-world';

let world: BatchWorld;
beforeAll(async () => {
  world = await createBatchWorld();
}, 60_000);
afterAll(() => world.close(), 60_000);

async function linesOfParts(batch: StartedBatch): Promise<ReportLine[]> {
  const { parts = [] } = await batch.progress();
  const lines = await Promise.all(
    parts.map((id) => world.client.workflow.getHandle(id).query<ReportLine[]>(BATCH_QUERIES.report)),
  );
  return lines.flat();
}

describe('a batch that is larger than a part', () => {
  const count = PART_SIZE + 20;

  test('a file that has changed is refused before anything is begun', async () => {
    const zoneId = 'z-large-changed';
    world.emulator.setZone(zoneId, {});
    const itemsFile = await writeItemsFile(world.itemsFolder, userItems('u', 3));
    const changed = { ...itemsFile, count: 4 };
    const failure: unknown = await (
      await world.provision({ zoneId, itemsFile: changed })
    )
      .report()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WorkflowFailedError);
    const { type, details } = (failure as WorkflowFailedError).cause as ApplicationFailure;
    expect({ type, details }).toEqual({ type: INVALID_INPUT_TYPE, details: [`${itemsFile.name} has 3 items, not 4`] });
    expect(world.emulator.userSyncs(zoneId)).toEqual([]);
  });

  test('cancelled, also parts that were not begun tell their lines', async () => {
    const zoneId = 'z-large-cancelled';
    world.emulator.setZone(zoneId, { createTask: { answers: [{ status: 'InProgress' }] } });
    const batch = await world.provision({ zoneId, items: userItems('u', count), maxInFlight: 2, cancelFollows: true });
    await until(
      'two are followed',
      async () =>
        (await batch.progress()).outcomes.NotStarted === count - 2 || world.emulator.userSyncs(zoneId).length === 2,
    );
    await batch.handle.signal('pause', { reason: 'wait' });
    await batch.handle.cancel();
    await expect(batch.report()).rejects.toBeInstanceOf(WorkflowFailedError);
    const { outcomes, phase } = await batch.progress();
    expect({ outcomes, phase }).toEqual({ phase: 'Cancelled', outcomes: { Cancelled: 2, NotStarted: count - 2 } });
    const lines = await linesOfParts(batch);
    expect(lines.length).toBe(count);
    expect(lines.filter(({ outcome }) => outcome === 'NotStarted').length).toBe(count - 2);
  }, 120_000);
});
