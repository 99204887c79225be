import { type Directory, type Emulator, type TaskScript } from '../../emulator';

import { call, type CallResult } from './signed-call';
import { callUserSync, create, taskStatusOf } from './user-sync-call';
import { withEmulator } from './with-emulator';

type Fields = Record<string, unknown>;

const FAILED: TaskScript = { then: { status: 'Failed', failureReason: '部署失败' } };
const RUNNING: TaskScript = { durationMs: 3_600_000 };

async function withZone(directory: Directory, run: (emulator: Emulator) => Promise<void>): Promise<void> {
  await withEmulator({}, async (emulator) => {
    emulator.setZone('z-1', directory);
    await run(emulator);
  });
}

describe('a task of a user sync', () => {
  it('goes as the zone says when it starts, by principal first', async () => {
    await withZone({ createTask: RUNNING, createTasks: { 'u-2': FAILED }, deleteTask: FAILED }, async (emulator) => {
      await create(emulator, {}, { PrincipalId: 'u-2' }, { PrincipalId: 'toString' });
      emulator.setZone('z-1', {});
      await create(emulator, { PrincipalId: 'u-4' });
      const statuses: string[] = [];
      for (const taskId of ['t-2', 't-3', 't-4', 't-5']) statuses.push(await taskStatusOf(emulator, taskId));
      expect(statuses).toEqual(['InProgress', 'Failed', 'InProgress', 'Success']);
    });
  });

  it('starts its clock when it is created', async () => {
    let now = Date.now();
    await withEmulator({ now: () => now }, async (emulator) => {
      emulator.setZone('z-1', { createTask: { durationMs: 1000 } });
      now += 1000;
      await create(emulator, {});
      now += 999;
      expect(await taskStatusOf(emulator, 't-2')).toBe('InProgress');
      now += 1;
      expect(await taskStatusOf(emulator, 't-2')).toBe('Success');
    });
  });

  it('keeps its type when it is scripted anew', async () => {
    await withZone({ deleteTask: RUNNING }, async (emulator) => {
      await create(emulator, {});
      await callUserSync(emulator, 'Delete', { UserProvisioningId: 'up-1' });
      emulator.setTask('z-1', 't-3', {});
      const { response } = await call(emulator, { body: '{"ZoneId":"z-1","TaskId":"t-3"}' });
      expect(response.TaskStatus).toMatchObject({ Status: 'Success', TaskType: 'DeleteProvisioning' });
      expect(emulator.userSyncs('z-1')).toMatchObject([{ exists: false }]);
    });
  });

  it('shows how far it was followed: only a status sent in full counts', async () => {
    const createTask = { answers: [{ error: { code: 'InternalError' } }, {}, { status: 'Success', drop: true }, {}] };
    await withZone({ createTask }, async (emulator) => {
      await create(emulator, {});
      const started = { taskId: 't-2', taskType: 'StartProvisioning', userProvisioningId: 'up-1' };
      expect(emulator.userSyncTasks('z-1')).toEqual([{ ...started, polls: 0, isFollowedToEnd: false }]);
      await taskStatusOf(emulator, 't-2');
      expect(emulator.userSyncTasks('z-1')).toEqual([{ ...started, polls: 1, isFollowedToEnd: false }]);
      await taskStatusOf(emulator, 't-2');
      await expect(taskStatusOf(emulator, 't-2')).rejects.toMatchObject({ code: 'ECONNRESET' });
      const seen = { ...started, status: 'InProgress', polls: 3, isFollowedToEnd: false };
      expect(emulator.userSyncTasks('z-1')).toEqual([seen]);
      emulator.setTask('z-1', 't-2', FAILED);
      await taskStatusOf(emulator, 't-2');
      expect(emulator.userSyncTasks('z-1')).toEqual([
        { ...started, status: 'Failed', polls: 1, isFollowedToEnd: true },
      ]);
    });
  });
});

describe('ListTasks', () => {
  const idsOf = ({ response }: CallResult): string[] =>
    (response['Tasks'] as { TaskId: string }[]).map(({ TaskId }) => TaskId);

  it('answers what it knows of a task, not its user sync', async () => {
    await withZone({ createTask: FAILED }, async (emulator) => {
      await create(emulator, {});
      expect((await callUserSync(emulator, 'ListTasks')).response).toEqual({
        Tasks: [
          {
            TaskId: 't-2',
            RoleConfigurationId: '',
            RoleConfigurationName: '',
            TargetUin: 100_000_000_001,
            TargetType: 'MemberUin',
            PrincipalId: 'u-1',
            PrincipalType: 'User',
            TaskType: 'StartProvisioning',
            Status: 'Failed',
            FailureReason: '部署失败',
          },
        ],
        ...{ NextToken: '', TotalCounts: 1, MaxResults: 10, IsTruncated: false },
        RequestId: expect.any(String) as unknown,
      });
      expect(emulator.userSyncTasks('z-1')).toMatchObject([{ polls: 0, isFollowedToEnd: false }]);
    });
  });

  it.each<[Fields, string[]]>([
    [{}, ['t-6', 't-5', 't-4', 't-3', 't-2']],
    [{ PrincipalId: 'u-1' }, ['t-6', 't-5', 't-4', 't-2']],
    [{ PrincipalType: 'Group' }, ['t-4']],
    [{ TargetUin: 2 }, ['t-5']],
    [{ TargetType: 'ManagerUin' }, ['t-3']],
    [{ TaskType: 'DeleteProvisioning' }, ['t-6']],
    [{ TaskType: 'CreateRoleAssignment' }, []],
    [{ Status: 'InProgress' }, ['t-6', 't-3']],
    [{ Status: 'Success', PrincipalId: 'u-1', TargetUin: 100_000_000_001, PrincipalType: 'User' }, ['t-2']],
    [{ RoleConfigurationId: 'rc-1' }, []],
  ])('lists the newest first, filtered by %j', async (filter, ids) => {
    await withZone({ createTasks: { 'u-2': RUNNING }, deleteTask: RUNNING }, async (emulator) => {
      const changes = [{ PrincipalId: 'u-2', TargetType: 'ManagerUin' }, { PrincipalType: 'Group' }, { TargetUin: 2 }];
      await create(emulator, {}, ...changes);
      await callUserSync(emulator, 'Delete', { UserProvisioningId: 'up-1' });
      const listed = await callUserSync(emulator, 'ListTasks', filter);
      expect(idsOf(listed)).toEqual(ids);
      expect(listed.response).toMatchObject({ TotalCounts: ids.length });
    });
  });

  it('goes on where the page before ended, also when newer tasks have come', async () => {
    await withZone({}, async (emulator) => {
      await create(emulator, {}, { PrincipalId: 'u-2' }, { PrincipalId: 'u-3' });
      const first = await callUserSync(emulator, 'ListTasks', { MaxResults: 2 });
      expect(idsOf(first)).toEqual(['t-4', 't-3']);
      await create(emulator, { PrincipalId: 'u-4' });
      const next = await callUserSync(emulator, 'ListTasks', { NextToken: first.response['NextToken'] });
      expect(idsOf(next)).toEqual(['t-2']);
      expect((await callUserSync(emulator, 'ListTasks', { NextToken: '?' })).code).toBe(
        'InvalidParameter.NextTokenInvalid',
      );
    });
  });

  it('knows no tasks of user syncs where the zone says so', async () => {
    await withZone({ listsTasks: false }, async (emulator) => {
      await create(emulator, {});
      expect((await callUserSync(emulator, 'ListTasks')).response).toMatchObject({ Tasks: [], TotalCounts: 0 });
    });
  });
});
