import type { TaskScript } from '../../emulator';
import {
  BATCH_QUERIES,
  PROVISION_USERS,
  TASK_QUEUES,
  workflowId,
  type BatchProgress,
  type BatchReport,
  type ProvisionUsersInput,
  type UserSyncItem,
} from '../../src/contract';
import { until } from '../support/until';

import { createWorld, type World } from './world';

const RATES = { PROVISIONING_STATUS_CALLS_PER_SECOND: '200', PROVISIONING_USER_SYNC_CALLS_PER_SECOND: '20' };

const item = (principalId: string): UserSyncItem => ({
  principalType: 'User',
  principalId,
  targetType: 'MemberUin',
  targetUin: '100000000001',
});

describe('provisionUsers with a real server and real processes', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  }, 60_000);
  afterAll(() => world.close(), 60_000);

  const start = (id: string, input: ProvisionUsersInput) =>
    world.temporal.workflow.start(PROVISION_USERS, {
      workflowId: id,
      taskQueue: TASK_QUEUES.provisioning,
      args: [input],
    });

  test('200 items through failures, slow tasks, lost answers, throttling and a killed worker: each line is right', async () => {
    const zoneId = 'z-storm';
    const items = Array.from({ length: 200 }, (_, index) => item(`u-${index}`));
    const failing = new Set(['u-7', 'u-77', 'u-107', 'u-177']);
    const slow = new Set(['u-8', 'u-88', 'u-108', 'u-188']);
    const unknown = new Set(['u-9', 'u-199']);
    const failed = { durationMs: 200, then: { status: 'Failed', failureReason: 'the name is taken' } };
    const scripts: [string, TaskScript][] = [
      ...[...failing].map((id): [string, TaskScript] => [id, failed]),
      ...[...slow].map((id): [string, TaskScript] => [id, { durationMs: 8_000 }]),
    ];
    world.emulator.setZone(zoneId, {
      unknownUsers: [...unknown],
      maxPerCall: 10,
      createTask: { durationMs: 1_000 },
      createTasks: Object.fromEntries(scripts),
    });
    world.emulator.setLostAnswers(
      (['drop', 'InternalError'] as const).flatMap((how) =>
        [true, false].map((done) => ({ action: 'CreateUserSyncProvisioning', every: 3, times: 1, done, how }) as const),
      ),
    );
    const handle = await start('storm', { zoneId, items, chunkSize: 10 });
    const worker = await world.startWorker(RATES);
    await until('half of them are created', () => world.emulator.userSyncs(zoneId).length >= 100);
    await worker.stop('SIGKILL');
    const last = await world.startWorker(RATES);
    const { lines = [], outcomes } = (await handle.result()) as BatchReport;

    expect(lines.map(({ index, principalId, outcome }) => [index, principalId, outcome])).toEqual(
      items.map(({ principalId }, index) => [
        index,
        principalId,
        failing.has(principalId) ? 'Failed' : unknown.has(principalId) ? 'Refused' : 'Succeeded',
      ]),
    );
    expect(outcomes).toEqual({ Succeeded: 194, Failed: 4, Refused: 2 });
    expect(new Set(lines.filter(({ outcome }) => outcome === 'Failed').map(({ reason }) => reason))).toEqual(
      new Set(['the name is taken']),
    );
    const syncs = world.emulator.userSyncs(zoneId);
    expect(syncs.length).toBe(198);
    // Neither created twice nor sent blindly again.
    expect(syncs.filter(({ creations, createCalls }) => creations !== 1 || createCalls !== 0)).toEqual([]);
    const tasks = world.emulator.userSyncTasks(zoneId);
    expect(tasks.length).toBe(198);
    expect(tasks.filter(({ isFollowedToEnd }) => !isFollowedToEnd)).toEqual([]);
    await last.stop('SIGTERM');
  }, 120_000);

  test('a batch adopts a sync whose task is followed already, and waits for that follow', async () => {
    const zoneId = 'z-attached';
    world.emulator.setZone(zoneId, { createTask: { answers: [{ status: 'InProgress' }] } });
    const worker = await world.startWorker(RATES);
    const first = await start('first', { zoneId, items: [item('u-1')] });
    const progressOf = (id: string) =>
      world.temporal.workflow.getHandle(id).query<BatchProgress>(BATCH_QUERIES.progress);
    await until('it follows', async () => (await progressOf('first')).outcomes.StillFollowed === 1);
    await first.cancel();
    await expect(first.result()).rejects.toThrow();
    const second = await start('second', { zoneId, items: [item('u-1')] });
    await until('it waits for that follow', async () => (await progressOf('second')).outcomes.StillFollowed === 1);
    const [task] = world.emulator.userSyncTasks(zoneId);
    const taskId = task?.taskId ?? '';
    const { runId } = await world.temporal.workflow.getHandle(workflowId(zoneId, taskId)).describe();
    world.emulator.setTask(zoneId, taskId, {});
    await world.client.pollNow(zoneId, taskId);
    const { lines } = (await second.result()) as BatchReport;
    expect(lines).toMatchObject([{ outcome: 'Succeeded', adopted: 'AlreadyExisted', taskSearch: 'Found', taskId }]);
    // The same run: nobody began a second follow.
    const after = await world.temporal.workflow.getHandle(workflowId(zoneId, taskId)).describe();
    expect(after.runId).toBe(runId);
    await worker.stop('SIGTERM');
  }, 60_000);
});
