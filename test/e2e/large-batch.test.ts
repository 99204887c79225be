import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { BatchClient, PART_SIZE, userSyncKey, type ReportLine, type UserSyncItem } from '../../src/client';
import { writeItemsFile } from '../../src/items-file';
import { runsOf } from '../support/runs';

import { createWorld, type World } from './world';

const ZONE = 'z-large';
const COUNT = PART_SIZE + 20;

const item = (index: number): UserSyncItem => ({
  principalType: 'User',
  principalId: `u-${index}`,
  targetType: 'MemberUin',
  targetUin: '100000000001',
});

describe('a batch that is larger than a part, with a real server', () => {
  let world: World;
  let itemsFolder: string;
  beforeAll(async () => {
    itemsFolder = await mkdtemp(path.join(tmpdir(), 'items-'));
    // So few that the first part fills the first run.
    world = await createWorld({ userSyncRequestsPerSecond: 1_000, eventsOfARun: 20 });
  }, 60_000);
  afterAll(async () => {
    await world.close();
    await rm(itemsFolder, { recursive: true });
  }, 60_000);

  test('reads its items from a file, continues as new between parts, and its parts have every line', async () => {
    const there = [3, PART_SIZE, COUNT - 1];
    world.emulator.setZone(ZONE, {});
    const worker = await world.startWorker({
      PROVISIONING_USER_SYNC_CALLS_PER_SECOND: '500',
      PROVISIONING_ITEMS_FOLDER: itemsFolder,
    });
    const batches = new BatchClient(world.temporal);
    const first = await batches.provisionUsers('there', { zoneId: ZONE, items: there.map(item) });
    await batches.waitForReport(first.workflowId, { timeoutMs: 30_000 });

    const items = Array.from({ length: COUNT }, (_, index) => userSyncKey(item(index)));
    const itemsFile = await writeItemsFile(itemsFolder, items);
    const { workflowId } = await batches.deprovisionUsers('all', {
      zoneId: ZONE,
      itemsFile,
      dryRun: true,
      maxInFlight: 1,
    });
    const result = await batches.waitForReport(workflowId, { timeoutMs: 60_000 });
    expect(result).toMatchObject({
      kind: 'ended',
      report: { phase: 'Completed', total: COUNT, outcomes: { WouldBeRemoved: 3, AlreadyAbsent: COUNT - 3 } },
    });
    const lines: ReportLine[] = [];
    for await (const line of batches.lines(workflowId)) lines.push(line);
    expect(lines.map(({ index, principalId, outcome }) => [index, principalId, outcome])).toEqual(
      items.map(({ principalId }, index) => [
        index,
        principalId,
        there.includes(index) ? 'WouldBeRemoved' : 'AlreadyAbsent',
      ]),
    );
    const runs = await runsOf(world.temporal.workflow.getHandle(workflowId));
    expect(runs.length).toBe(2);
    await worker.stop('SIGTERM');
  }, 120_000);
});
