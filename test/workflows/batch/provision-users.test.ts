import { WorkflowFailedError } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { CancelledFailure } from '@temporalio/common';

import { DEMO_ACCOUNT } from '../../../emulator';
import { INVALID_INPUT_TYPE, LINES_MEMO, OUTCOME_MEMO, workflowId, type ReportLine } from '../../../src/contract';
import { until } from '../../support/until';

import { createBatchWorld, userItem, userItems, type BatchWorld } from './batch-world';

const FAILED = { answers: [{ status: 'Failed', failureReason: '部署失败' }] };
const IN_PROGRESS = { answers: [{ status: 'InProgress' }] };

let world: BatchWorld;
beforeAll(async () => {
  world = await createBatchWorld();
}, 60_000);
afterAll(() => world.close(), 60_000);

const outcomesOf = (lines: readonly ReportLine[] = []): string[] =>
  lines.map(({ principalId, outcome }) => `${principalId} ${outcome}`);

describe('provisionUsers', () => {
  test('creates what is not there, adopts what is, names what the cloud refuses, and follows every task to its end', async () => {
    const zoneId = 'z-mixed';
    world.emulator.setZone(zoneId, {
      unknownUsers: ['u-unknown'],
      unknownGroups: ['g-unknown'],
      unknownMembers: ['100000000009'],
      createTasks: { 'u-fails': FAILED },
      maxPerCall: 4,
    });
    const existing = await world.provision({ zoneId, items: [userItem('u-existing')] });
    await existing.report();
    const { lines, outcomes, phase, total, durationSeconds, startedAt, endedAt } = await (
      await world.provision({
        zoneId,
        items: [
          userItem('u-new'),
          userItem('u-unknown'),
          userItem('u-existing'),
          userItem('u-fails'),
          userItem('g-new', { principalType: 'Group', targetType: 'ManagerUin', targetUin: '9223372036854775807' }),
          userItem('g-unknown', { principalType: 'Group' }),
          userItem('u-new', { targetUin: '100000000009' }),
        ],
        requestedBy: 'a test',
      })
    ).report();
    const syncs = world.emulator.userSyncs(zoneId);
    const idOf = (principalId: string): string | undefined =>
      syncs.find((sync) => sync.principalId === principalId)?.userProvisioningId;
    const tasks = world.emulator.userSyncTasks(zoneId);
    const taskOf = (principalId: string): string | undefined =>
      tasks.find((task) => task.userProvisioningId === idOf(principalId))?.taskId;
    const requestId = expect.any(String) as string;

    expect(lines).toEqual([
      { ...line(0, 'u-new', 'Succeeded'), userProvisioningId: idOf('u-new'), taskId: taskOf('u-new'), requestId },
      {
        ...line(1, 'u-unknown', 'Refused'),
        errorCode: 'ResourceNotFound.UserNotExist',
        reason: 'The user `u-unknown` does not exist.',
        requestId,
      },
      {
        ...line(2, 'u-existing', 'Succeeded'),
        userProvisioningId: idOf('u-existing'),
        taskId: taskOf('u-existing'),
        configurationStatus: 'Enabled',
        adopted: 'AlreadyExisted',
        taskSearch: 'Found',
        requestId,
      },
      {
        ...line(3, 'u-fails', 'Failed'),
        userProvisioningId: idOf('u-fails'),
        taskId: taskOf('u-fails'),
        reason: '部署失败',
        requestId,
      },
      {
        ...line(4, 'g-new', 'Succeeded'),
        principalType: 'Group',
        targetType: 'ManagerUin',
        targetUin: '9223372036854775807',
        userProvisioningId: idOf('g-new'),
        taskId: taskOf('g-new'),
        requestId,
      },
      {
        ...line(5, 'g-unknown', 'Refused'),
        principalType: 'Group',
        errorCode: 'InvalidParameter.GroupNotExist',
        reason: 'The group `g-unknown` does not exist.',
        requestId,
      },
      {
        ...line(6, 'u-new', 'Refused'),
        targetUin: '100000000009',
        errorCode: 'FailedOperation.OrganizationMemberNotExist',
        reason: 'The organization has no member `100000000009`.',
        requestId,
      },
    ]);
    expect({ outcomes, phase, total }).toEqual({
      outcomes: { Succeeded: 3, Refused: 3, Failed: 1 },
      phase: 'Completed',
      total: 7,
    });
    expect(durationSeconds).toBe((Date.parse(endedAt) - Date.parse(startedAt)) / 1000);
    expect(syncs.map(({ principalId, creations }) => [principalId, creations])).toEqual([
      ['u-existing', 1],
      ['u-new', 1],
      ['u-fails', 1],
      ['g-new', 1],
    ]);
    expect(tasks.every(({ isFollowedToEnd }) => isFollowedToEnd)).toBe(true);
    // Each under its public id, as any other follow.
    const { type } = await world.client.workflow.getHandle(workflowId(zoneId, taskOf('u-new') ?? '')).describe();
    expect(type).toBe('followProvisioningTask');
  });

  test.each([
    ['did the work and dropped the connection', { done: true, how: 'drop' }],
    ['did nothing and dropped the connection', { done: false, how: 'drop' }],
    ['did the work and answered InternalError', { done: true, how: 'InternalError' }],
    ['did nothing and answered InternalError', { done: false, how: 'InternalError' }],
  ] as const)('where the cloud %s, nothing is created twice and all is followed', async (name, lost) => {
    const zoneId = `z-lost-${name.replaceAll(' ', '-')}`;
    world.emulator.setZone(zoneId, {});
    world.emulator.setLostAnswers([{ action: 'CreateUserSyncProvisioning', times: 1, ...lost }]);
    const { lines, outcomes } = await (
      await world.provision({ zoneId, items: userItems('u', 3), chunkSize: 2 })
    ).report();
    expect(outcomes).toEqual({ Succeeded: 3 });
    const adopted = lost.done ? 'AfterLostAnswer' : undefined;
    expect(lines?.map((each) => each.adopted)).toEqual([adopted, adopted, undefined]);
    expect(world.emulator.userSyncs(zoneId).map(({ creations, createCalls }) => [creations, createCalls])).toEqual(
      Array.from({ length: 3 }, () => [1, 0]),
    );
    expect(world.emulator.userSyncTasks(zoneId).map(({ isFollowedToEnd }) => isFollowedToEnd)).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('where ListTasks knows no user syncs, an adopted one is reported with its configuration', async () => {
    const zoneId = 'z-no-tasks';
    world.emulator.setZone(zoneId, { listsTasks: false });
    await (await world.provision({ zoneId, items: [userItem('u-1')] })).report();
    const { lines } = await (await world.provision({ zoneId, items: [userItem('u-1')] })).report();
    expect(lines).toMatchObject([
      {
        outcome: 'AlreadyExists',
        adopted: 'AlreadyExisted',
        taskSearch: 'NotListed',
        configurationStatus: 'Enabled',
        reason: 'the user sync exists; ListTasks knows no task of it',
      },
    ]);
    expect(lines?.[0]?.taskId).toBeUndefined();
  });

  test('existing syncs that differ are changed only when asked to', async () => {
    const zoneId = 'z-update';
    world.emulator.setZone(zoneId, {});
    await (await world.provision({ zoneId, items: [userItem('u-1')] })).report();
    const wanted = userItem('u-1', { deletionStrategy: 'Delete', description: 'joiners' });
    const kept = await (await world.provision({ zoneId, items: [wanted] })).report();
    expect(kept.lines?.[0]?.changed).toBeUndefined();
    expect(world.emulator.userSyncs(zoneId)[0]).toMatchObject({ deletionStrategy: 'Keep', description: '' });
    const changed = await (await world.provision({ zoneId, items: [wanted], updateExisting: true })).report();
    expect(changed.lines?.[0]).toMatchObject({ outcome: 'Succeeded', changed: ['deletionStrategy', 'description'] });
    expect(world.emulator.userSyncs(zoneId)[0]).toMatchObject({ deletionStrategy: 'Delete', description: 'joiners' });
  });

  test('a paused batch creates nothing, follows on, and goes on when resumed', async () => {
    const zoneId = 'z-paused';
    world.emulator.setZone(zoneId, { createTask: { answers: [{ status: 'InProgress' }, { status: 'Success' }] } });
    const batch = await world.provision({ zoneId, items: userItems('u', 6), chunkSize: 2, maxInFlight: 2 });
    await until('two are created', () => world.emulator.userSyncs(zoneId).length === 2);
    await batch.handle.signal('pause', { reason: 'maintenance' });
    await until('both are followed', async () => (await batch.progress()).outcomes.Succeeded === 2);
    expect(await batch.progress()).toMatchObject({
      phase: 'Paused',
      pausedReason: 'maintenance',
      outcomes: { Succeeded: 2, NotStarted: 4 },
    });
    expect(world.emulator.userSyncs(zoneId).length).toBe(2);
    await batch.handle.signal('resume');
    expect((await batch.report()).outcomes).toEqual({ Succeeded: 6 });
  });

  test('cancelled, it reports what was started and what was not, and the follows go on', async () => {
    const zoneId = 'z-cancelled';
    world.emulator.setZone(zoneId, { createTask: IN_PROGRESS });
    const batch = await world.provision({ zoneId, items: userItems('u', 4), chunkSize: 2, maxInFlight: 2 });
    await until('two are followed', async () => (await batch.progress()).outcomes.StillFollowed === 2);
    await batch.handle.cancel();
    const failure: unknown = await batch.report().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WorkflowFailedError);
    expect((failure as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    const lines = await batch.lines();
    expect(outcomesOf(lines)).toEqual(['u-0 StillFollowed', 'u-1 StillFollowed', 'u-2 NotStarted', 'u-3 NotStarted']);
    expect(await batch.progress()).toMatchObject({ phase: 'Cancelled', endedAt: expect.any(String) as string });
    const { memo } = await batch.handle.describe();
    expect(memo?.[OUTCOME_MEMO]).toMatchObject({ phase: 'Cancelled', outcomes: { StillFollowed: 2, NotStarted: 2 } });
    expect(memo?.[LINES_MEMO]).toEqual(lines);
    const follow = world.client.workflow.getHandle(workflowId(zoneId, lines[0]?.taskId ?? ''));
    expect((await follow.describe()).status.name).toBe('RUNNING');
    for (const { taskId } of lines) {
      if (taskId !== undefined) await world.client.workflow.getHandle(workflowId(zoneId, taskId)).terminate();
    }
  });

  test('cancelled with its follows, it waits for their ends', async () => {
    const zoneId = 'z-cancelled-all';
    world.emulator.setZone(zoneId, { createTask: IN_PROGRESS });
    const batch = await world.provision({ zoneId, items: userItems('u', 2), cancelFollows: true });
    await until('two are followed', async () => (await batch.progress()).outcomes.StillFollowed === 2);
    await batch.handle.cancel();
    await expect(batch.report()).rejects.toBeInstanceOf(WorkflowFailedError);
    const lines = await batch.lines();
    expect(outcomesOf(lines)).toEqual(['u-0 Cancelled', 'u-1 Cancelled']);
    for (const { taskId } of lines) {
      const { status } = await world.client.workflow.getHandle(workflowId(zoneId, taskId ?? '')).describe();
      expect(status.name).toBe('CANCELLED');
    }
  });

  test('retryFailed tries those again that failed: a failed sync of the batch goes first', async () => {
    const zoneId = 'z-retried';
    world.emulator.setZone(zoneId, {
      unknownUsers: ['u-unknown'],
      createTasks: { 'u-fails': FAILED, 'u-slow': IN_PROGRESS },
    });
    const items = [userItem('u-fails'), userItem('u-unknown'), userItem('u-slow')];
    const batch = await world.provision({ zoneId, items });
    await until('two have failed', async () => {
      const { outcomes } = await batch.progress();
      return outcomes.Failed === 1 && outcomes.Refused === 1;
    });
    world.emulator.setZone(zoneId, { createTasks: { 'u-slow': IN_PROGRESS } });
    await expect(batch.handle.executeUpdate<number, []>('retryFailed')).resolves.toBe(2);
    await until('both succeed', async () => (await batch.progress()).outcomes.Succeeded === 2);
    const [task] = world.emulator.userSyncTasks(zoneId).filter(({ isFollowedToEnd }) => !isFollowedToEnd);
    world.emulator.setZone(zoneId, {});
    const slow = world.client.workflow.getHandle(workflowId(zoneId, task?.taskId ?? ''));
    await slow.executeUpdate('resolve', { args: [{ outcome: 'Succeeded', reason: 'seen in the console', by: 'me' }] });
    const { lines } = await batch.report();
    expect(lines?.map(({ outcome, attempts, reason }) => [outcome, attempts, reason])).toEqual([
      ['Succeeded', 2, undefined],
      ['Succeeded', 2, undefined],
      ['Succeeded', 1, 'declared by me: seen in the console'],
    ]);
    expect(
      world.emulator
        .userSyncTasks(zoneId)
        .map(({ taskType }) => taskType)
        .sort(),
    ).toEqual(['DeleteProvisioning', ...Array.from({ length: 4 }, () => 'StartProvisioning')]);
    expect(world.emulator.userSyncs(zoneId).map(({ principalId, creations }) => [principalId, creations])).toEqual([
      ['u-fails', 2],
      ['u-slow', 1],
      ['u-unknown', 1],
    ]);
  });

  test('without a permission it waits for a person, says so, and goes on', async () => {
    const zoneId = 'z-blocked';
    world.emulator.setZone(zoneId, {});
    world.emulator.setAccounts([{ ...DEMO_ACCOUNT, actions: ['GetProvisioningTaskStatus'] }]);
    const batch = await world.provision({ zoneId, items: [userItem('u-1')] });
    await until('it is blocked', async () => (await batch.progress()).phase === 'Blocked');
    expect((await batch.progress()).blockedBy).toMatchObject({ code: 'AuthFailure.UnauthorizedOperation' });
    world.emulator.setAccounts([DEMO_ACCOUNT]);
    await batch.handle.signal('resume');
    expect((await batch.report()).outcomes).toEqual({ Succeeded: 1 });
  });

  test('a wrong input is refused with every fault, and starts nothing', async () => {
    const items = [
      userItem('u-1', { targetUin: '12x' }),
      userItem('u-2', { duplicationStrategy: 'TakeOver' }),
      userItem('u-3'),
      userItem('u-3'),
    ];
    const batch = await world.provision({ zoneId: 'z 1', items, chunkSize: 0 });
    const failure = (await batch.report().catch((error: unknown) => error)) as WorkflowFailedError;
    expect((failure.cause as ApplicationFailure).type).toBe(INVALID_INPUT_TYPE);
    expect((failure.cause as ApplicationFailure).details).toEqual([
      'zoneId must not contain white space or control characters',
      'chunkSize must be a whole number from 1 to 100',
      'items[0].targetUin must be the digits of an account id, e.g. "100000000001"',
      'items[3] is the same as items[2]: User u-3 → MemberUin 100000000001',
      'items[1].duplicationStrategy is TakeOver, which replaces existing users of the sub-account: set allowTakeOver when that is wanted',
    ]);
  });

  function line(index: number, principalId: string, outcome: ReportLine['outcome']): ReportLine {
    const { principalType, targetType, targetUin } = userItem(principalId);
    return { index, principalType, principalId, targetType, targetUin, outcome, attempts: 1 };
  }
});
