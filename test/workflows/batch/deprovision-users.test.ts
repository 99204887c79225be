import { userSyncKey } from '../../../src/contract';

import { createBatchWorld, userItem, userItems, type BatchWorld } from './batch-world';

let world: BatchWorld;
beforeAll(async () => {
  world = await createBatchWorld();
}, 60_000);
afterAll(() => world.close(), 60_000);

async function zoneWith(zoneId: string, count: number): Promise<string[]> {
  world.emulator.setZone(zoneId, {});
  await (await world.provision({ zoneId, items: userItems('u', count) })).report();
  return world.emulator.userSyncs(zoneId).map(({ userProvisioningId }) => userProvisioningId);
}

/** Items by outcome, as the metrics count them. */
async function countedItems(): Promise<{ Succeeded: number; AlreadyAbsent: number }> {
  const metrics = await world.metrics();
  const countOf = (outcome: string): number =>
    Number(new RegExp(`^provisioning_batch_items_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm').exec(metrics)?.[1]);
  return { Succeeded: countOf('Succeeded'), AlreadyAbsent: countOf('AlreadyAbsent') };
}

describe('deprovisionUsers', () => {
  test('removes by id and by principal and target, follows each task, and twice is a success', async () => {
    const zoneId = 'z-removed';
    const [first = '', second = ''] = await zoneWith(zoneId, 2);
    const items = [{ userProvisioningId: first }, userSyncKey(userItem('u-1')), userSyncKey(userItem('u-absent'))];
    const before = await countedItems();
    const { lines, outcomes } = await (await world.deprovision({ zoneId, items })).report();
    const counted = await countedItems();
    expect([counted.Succeeded - before.Succeeded, counted.AlreadyAbsent - before.AlreadyAbsent]).toEqual([2, 1]);
    const tasks = world.emulator.userSyncTasks(zoneId).filter(({ taskType }) => taskType === 'DeleteProvisioning');
    const taskOf = (id: string) => tasks.find(({ userProvisioningId }) => userProvisioningId === id)?.taskId;
    expect(lines).toMatchObject([
      { principalId: 'u-0', outcome: 'Succeeded', userProvisioningId: first, taskId: taskOf(first) },
      { principalId: 'u-1', outcome: 'Succeeded', userProvisioningId: second, taskId: taskOf(second) },
      { principalId: 'u-absent', outcome: 'AlreadyAbsent' },
    ]);
    expect(outcomes).toEqual({ Succeeded: 2, AlreadyAbsent: 1 });
    expect(tasks.map(({ isFollowedToEnd }) => isFollowedToEnd)).toEqual([true, true]);
    const again = await (await world.deprovision({ zoneId, items })).report();
    expect(again.outcomes).toEqual({ AlreadyAbsent: 3 });
  });

  test('a dry run finds what would be removed, and removes nothing', async () => {
    const zoneId = 'z-dry';
    const [id = ''] = await zoneWith(zoneId, 1);
    const items = [{ userProvisioningId: id }, userSyncKey(userItem('u-absent'))];
    const { lines } = await (await world.deprovision({ zoneId, items, dryRun: true })).report();
    expect(lines).toMatchObject([
      { principalId: 'u-0', userProvisioningId: id, outcome: 'WouldBeRemoved' },
      { principalId: 'u-absent', outcome: 'AlreadyAbsent' },
    ]);
    expect(world.emulator.userSyncs(zoneId)[0]?.exists).toBe(true);
  });

  test.each([
    [true, 'drop'],
    [false, 'drop'],
    [true, 'InternalError'],
    [false, 'InternalError'],
  ] as const)('a lost answer (work done: %s, %s) loses nothing', async (done, how) => {
    const zoneId = `z-lost-${how}-${done}`;
    await zoneWith(zoneId, 1);
    world.emulator.setLostAnswers([{ action: 'DeleteUserSyncProvisioning', times: 1, done, how }]);
    const items = [userSyncKey(userItem('u-0'))];
    const { lines } = await (await world.deprovision({ zoneId, items })).report();
    expect(lines).toMatchObject([{ outcome: 'Succeeded', taskId: expect.any(String) as string }]);
    expect(lines?.[0]?.adopted).toBe(done ? 'AfterLostAnswer' : undefined);
    const removals = world.emulator.userSyncTasks(zoneId).filter(({ taskType }) => taskType === 'DeleteProvisioning');
    expect(removals.map(({ isFollowedToEnd }) => isFollowedToEnd)).toEqual([true]);
    expect(world.emulator.userSyncs(zoneId)[0]?.exists).toBe(false);
  });
});
