import { WorkflowFailedError } from '@temporalio/client';

import { BATCH_QUERIES, PART_SIZE, userSyncKey, type ReportLine } from '../../../src/contract';
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
  const count = 2 * PART_SIZE + 20;

  test('reads its items from a file, runs in parts within its bound, and its parts have every line', async () => {
    const zoneId = 'z-large';
    world.emulator.setZone(zoneId, { unknownUsers: ['u-3', 'u-700'] });
    const items = userItems('u', count);
    const itemsFile = await writeItemsFile(world.itemsFolder, items);
    const batch = await world.provision({ zoneId, itemsFile, maxInFlight: 600, chunkSize: 50 });
    const report = await batch.report();
    expect(report).toMatchObject({ phase: 'Completed', total: count, outcomes: { Succeeded: count - 2, Refused: 2 } });
    expect(report.lines).toBeUndefined();
    expect(report.parts?.length).toBe(3);
    const lines = await linesOfParts(batch);
    expect(lines.map(({ index, principalId }) => [index, principalId])).toEqual(
      items.map(({ principalId }, index) => [index, principalId]),
    );
    expect(lines.filter(({ outcome }) => outcome === 'Refused').map(({ principalId }) => principalId)).toEqual([
      'u-3',
      'u-700',
    ]);
    expect(world.emulator.userSyncs(zoneId).every(({ creations }) => creations === 1)).toBe(true);
    const { events } = await batch.handle.fetchHistory();
    expect(events?.length).toBeLessThan(300);

    const refs = await writeItemsFile(world.itemsFolder, items.map(userSyncKey));
    const removal = await world.deprovision({ zoneId, itemsFile: refs });
    expect((await removal.report()).outcomes).toEqual({ Succeeded: count - 2, AlreadyAbsent: 2 });
    expect(world.emulator.userSyncs(zoneId).some(({ exists }) => exists)).toBe(false);
  }, 120_000);

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
