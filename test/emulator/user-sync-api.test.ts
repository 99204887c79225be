import { type Directory, type Emulator } from '../../emulator';

import { call, type CallResult } from './signed-call';
import { callUserSync, create, ENTRY, taskStatusOf } from './user-sync-call';
import { withEmulator } from './with-emulator';

const ALREADY_EXISTS = 'FailedOperation.UserProvisioningAlreadyExists';
const OVER_LIMIT = 'FailedOperation.UserProvisioningOverLimit';
const NOT_FOUND = 'ResourceNotFound.UserProvisioningNotFound';
const T = 1_715_570_716_000;

type Entry = Record<string, unknown>;

async function withZone(directory: Directory, run: (emulator: Emulator) => Promise<void>): Promise<void> {
  await withEmulator({ userSyncRequestsPerSecond: Infinity }, async (emulator) => {
    emulator.setZone('z-1', directory);
    await run(emulator);
  });
}

const named = (emulator: Emulator): string[] => emulator.userSyncs('z-1').map(({ principalId }) => principalId);

describe('CreateUserSyncProvisioning', () => {
  it('creates user syncs and answers the task of each', async () => {
    await withZone({}, async (emulator) => {
      const settings = { Description: 'd', DuplicationStrategy: 'TakeOver', DeletionStrategy: 'Delete' };
      const { response } = await create(
        emulator,
        { TargetType: 'ManagerUin', ...settings },
        { PrincipalId: 'g-1', PrincipalType: 'Group', Description: null, DeletionStrategy: null },
      );
      const identity = { TargetUin: 100_000_000_001, PrincipalName: 'u-1', PrincipalId: 'u-1', PrincipalType: 'User' };
      expect(response).toEqual({
        Tasks: [
          {
            ...identity,
            TaskId: 't-2',
            TargetType: 'ManagerUin',
            TaskType: 'StartProvisioning',
            TaskStatus: 'InProgress',
            UserProvisioningId: 'up-1',
            DuplicationStrategy: 'TakeOver',
            DeletionStrategy: 'Delete',
          },
          {
            ...{ ...identity, PrincipalName: 'g-1', PrincipalId: 'g-1', PrincipalType: 'Group' },
            TaskId: 't-3',
            TargetType: 'MemberUin',
            TaskType: 'StartProvisioning',
            TaskStatus: 'InProgress',
            UserProvisioningId: 'up-2',
            DuplicationStrategy: 'KeepBoth',
            DeletionStrategy: 'Keep',
          },
        ],
        RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      });
      expect(emulator.requests()).toMatchObject([{ zoneId: 'z-1', answered: 'Tasks' }]);
      expect(emulator.userSyncs('z-1')[0]).toEqual({
        userProvisioningId: 'up-1',
        principalType: 'User',
        principalId: 'u-1',
        targetType: 'ManagerUin',
        targetUin: '100000000001',
        description: 'd',
        duplicationStrategy: 'TakeOver',
        deletionStrategy: 'Delete',
        creations: 1,
        createCalls: 0,
        exists: true,
      });
    });
  });

  it.each(['9007199254740993', '9223372036854775807', '9007199254740991', '0'])(
    'keeps the uin %s exact',
    async (uin) => {
      await withZone({}, async (emulator) => {
        const TargetUin = BigInt(uin);
        const answers = [
          await create(emulator, { TargetUin }),
          await callUserSync(emulator, 'List', { TargetUin }),
          await callUserSync(emulator, 'Get', { UserProvisioningId: 'up-1' }),
          await callUserSync(emulator, 'ListTasks', { TargetUin }),
        ];
        for (const { text } of answers) expect(text).toContain(`"TargetUin":${uin},`);
        expect(emulator.userSyncs('z-1')).toMatchObject([{ targetUin: uin }]);
        const other = await callUserSync(emulator, 'List', { TargetUin: TargetUin - 1n });
        expect(other.response).toMatchObject({ TotalCounts: 0 });
      });
    },
  );

  it.each<[string, Entry[], Directory, string]>([
    ['an unknown user', [{ PrincipalId: 'u-x' }], { unknownUsers: ['u-x'] }, 'ResourceNotFound.UserNotExist'],
    [
      'an unknown group',
      [{ PrincipalId: 'g-x', PrincipalType: 'Group' }],
      { unknownGroups: ['g-x'] },
      'InvalidParameter.GroupNotExist',
    ],
    ['an unknown member', [{ TargetUin: 7 }], { unknownMembers: ['7'] }, 'FailedOperation.OrganizationMemberNotExist'],
    ['one more than the zone may have', [{ PrincipalId: 'u-2' }], { maxSyncs: 2 }, OVER_LIMIT],
    ['what exists already', [{ PrincipalId: 'u-2' }, { PrincipalId: 'u-1' }], {}, ALREADY_EXISTS],
    ['the same twice', [{ PrincipalId: 'u-3' }, { PrincipalId: 'u-3' }], {}, ALREADY_EXISTS],
  ])('refuses the whole call for %s', async (_name, entries, directory, code) => {
    await withZone({}, async (emulator) => {
      expect((await create(emulator, {})).code).toBe('');
      emulator.setZone('z-1', directory);
      const { code: refused, response } = await create(emulator, { PrincipalId: 'u-0' }, ...entries);
      expect(refused).toBe(code);
      expect(response).toEqual({ RequestId: expect.any(String) as unknown });
      expect(named(emulator)).toEqual(['u-1']);
      expect(emulator.userSyncTasks('z-1')).toHaveLength(1);
    });
  });

  it('creates what precedes the offending entry when the zone does so', async () => {
    await withZone({ partialCreate: true, maxPerCall: 3 }, async (emulator) => {
      await create(emulator, {});
      expect((await create(emulator, { PrincipalId: 'u-0' }, {}, { PrincipalId: 'u-2' })).code).toBe(ALREADY_EXISTS);
      expect(named(emulator)).toEqual(['u-1', 'u-0']);
      expect(emulator.userSyncTasks('z-1')).toHaveLength(2);
      const four = ['a', 'b', 'c', 'd'].map((PrincipalId) => ({ PrincipalId }));
      expect((await create(emulator, ...four)).code).toBe('LimitExceeded.CreateUserSyncProvisioningLimitExceeded');
      expect(named(emulator)).toEqual(['u-1', 'u-0']);
    });
  });

  it('takes 50 entries by default, or as many as the zone says', async () => {
    await withZone({}, async (emulator) => {
      const entries = Array.from({ length: 51 }, (_, i) => ({ PrincipalId: `u-${i}` }));
      expect((await create(emulator, ...entries)).code).toBe('LimitExceeded.CreateUserSyncProvisioningLimitExceeded');
      expect((await create(emulator, ...entries.slice(1))).code).toBe('');
      emulator.setZone('z-1', { maxPerCall: 1 });
      expect((await create(emulator, {}, {})).code).toBe('LimitExceeded.CreateUserSyncProvisioningLimitExceeded');
      expect((await create(emulator, { PrincipalId: 'u-0' })).code).toBe('');
    });
  });

  it('tells apart type and id of the principal, type and uin of the target', async () => {
    await withZone({ unknownUsers: ['x'], unknownGroups: ['y'], maxSyncs: 6 }, async (emulator) => {
      const changes = [
        { PrincipalType: 'Group' },
        { PrincipalId: 'u-2' },
        { TargetUin: 2 },
        { TargetType: 'ManagerUin' },
      ];
      const unlike = [{ PrincipalId: 'x', PrincipalType: 'Group' }];
      expect((await create(emulator, {}, ...changes, ...unlike)).code).toBe('');
    });
  });

  it('counts the calls that name a user sync while it exists, also refused ones', async () => {
    await withZone({}, async (emulator) => {
      await create(emulator, {});
      await create(emulator, { PrincipalId: 'u-2' }, {});
      await create(emulator, {}, {});
      await create(emulator, { PrincipalId: 'u-3' });
      const counts = emulator.userSyncs('z-1').map(({ createCalls, creations }) => [createCalls, creations]);
      expect(counts).toEqual([
        [2, 1],
        [0, 1],
      ]);
    });
  });

  it('leaves a user sync whose task failed', async () => {
    await withZone({ createTask: { then: { status: 'Failed', failureReason: 'x' } } }, async (emulator) => {
      await create(emulator, {});
      expect(await taskStatusOf(emulator, 't-2')).toBe('Failed');
      expect((await create(emulator, {})).code).toBe(ALREADY_EXISTS);
      expect(emulator.userSyncs('z-1')).toMatchObject([{ exists: true }]);
    });
  });
});

describe('DeleteUserSyncProvisioning', () => {
  it('answers one task, and removes the user sync', async () => {
    await withZone({}, async (emulator) => {
      await create(emulator, { DeletionStrategy: 'Delete' });
      expect((await callUserSync(emulator, 'Delete', { UserProvisioningId: 'up-1' })).response).toEqual({
        Tasks: {
          TaskId: 't-3',
          TargetUin: 100_000_000_001,
          TargetType: 'MemberUin',
          TaskType: 'DeleteProvisioning',
          TaskStatus: 'InProgress',
          UserProvisioningId: 'up-1',
          PrincipalId: 'u-1',
          PrincipalType: 'User',
          PrincipalName: 'u-1',
          DuplicationStrategy: 'KeepBoth',
          DeletionStrategy: 'Delete',
        },
        RequestId: expect.any(String) as unknown,
      });
      expect(emulator.userSyncs('z-1')).toMatchObject([{ exists: false, creations: 1 }]);
      for (const action of ['Get', 'Delete', 'Update'] as const) {
        expect((await callUserSync(emulator, action, { UserProvisioningId: 'up-1' })).code).toBe(NOT_FOUND);
      }
      expect((await callUserSync(emulator, 'List')).response).toMatchObject({ TotalCounts: 0 });
      expect((await call(emulator, { body: '{"ZoneId":"z-1","TaskId":"t-3"}' })).response.TaskStatus).toEqual({
        Status: 'Success',
        TaskId: 't-3',
        TaskType: 'DeleteProvisioning',
        FailureReason: '',
      });
    });
  });

  it('makes room for the same user sync under a new id', async () => {
    await withZone({ maxSyncs: 1 }, async (emulator) => {
      await create(emulator, {});
      await create(emulator, {});
      await callUserSync(emulator, 'Delete', { UserProvisioningId: 'up-1' });
      expect((await create(emulator, { Description: 'again' })).code).toBe('');
      expect(emulator.userSyncs('z-1')).toMatchObject([
        { userProvisioningId: 'up-2', description: 'again', creations: 2, createCalls: 1, exists: true },
      ]);
      expect((await callUserSync(emulator, 'Get', { UserProvisioningId: 'up-1' })).code).toBe(NOT_FOUND);
    });
  });

  it('keeps the user sync, but takes no second Delete, until its task has succeeded', async () => {
    let now = Date.now();
    await withEmulator({ now: () => now }, async (emulator) => {
      emulator.setZone('z-1', { deleteTask: { durationMs: 1000 } });
      await create(emulator, {});
      const remove = (): Promise<CallResult> => callUserSync(emulator, 'Delete', { UserProvisioningId: 'up-1' });
      const get = async (): Promise<string> =>
        (await callUserSync(emulator, 'Get', { UserProvisioningId: 'up-1' })).code;
      expect((await remove()).code).toBe('');
      now += 999;
      expect([(await remove()).code, await get(), (await create(emulator, {})).code]).toEqual([
        NOT_FOUND,
        '',
        ALREADY_EXISTS,
      ]);
      expect((await callUserSync(emulator, 'List')).response).toMatchObject({ TotalCounts: 1 });
      now += 1;
      expect([(await remove()).code, await get(), (await create(emulator, {})).code]).toEqual([
        NOT_FOUND,
        NOT_FOUND,
        '',
      ]);
    });
  });

  it('keeps the user sync when its task has failed, and takes a second Delete', async () => {
    await withZone({ deleteTask: { then: { status: 'Failed' } } }, async (emulator) => {
      await create(emulator, {});
      expect((await callUserSync(emulator, 'Delete', { UserProvisioningId: 'up-1' })).code).toBe('');
      expect(emulator.userSyncs('z-1')).toMatchObject([{ exists: true }]);
      emulator.setZone('z-1', {});
      expect((await callUserSync(emulator, 'Delete', { UserProvisioningId: 'up-1' })).code).toBe('');
      expect(emulator.userSyncs('z-1')).toMatchObject([{ exists: false }]);
    });
  });
});

describe('UpdateUserSyncProvisioning', () => {
  it('changes what it names, and answers the RequestId only', async () => {
    let now = T;
    await withEmulator({ now: () => now }, async (emulator) => {
      emulator.setClockOffset(Date.now() - T);
      await create(emulator, { Description: 'old' });
      const update = (changes: Entry): Promise<CallResult> =>
        callUserSync(emulator, 'Update', { UserProvisioningId: 'up-1', ...changes });
      const seen = async (): Promise<unknown> =>
        (await callUserSync(emulator, 'Get', { UserProvisioningId: 'up-1' })).response['UserProvisioning'];
      now += 3_600_000;
      emulator.setClockOffset(Date.now() - now);
      const strategies = { NewDuplicationStateful: 'TakeOver', NewDeletionStrategy: 'Delete' };
      expect((await update(strategies)).response).toEqual({ RequestId: expect.any(String) as unknown });
      const changed = { DuplicationStrategy: 'TakeOver', DeletionStrategy: 'Delete' };
      const times = { CreateTime: '2024-05-13 03:25:16', UpdateTime: '2024-05-13 04:25:16' };
      expect(await seen()).toMatchObject({ Description: 'old', ...changed, ...times });
      await update({ NewDescription: '' });
      expect(await seen()).toMatchObject({ Description: '', ...changed });
      expect(emulator.userSyncTasks('z-1')).toHaveLength(1);
    });
  });
});

describe('GetUserSyncProvisioning', () => {
  it('answers the user sync with the times in UTC', async () => {
    await withEmulator({ now: () => T }, async (emulator) => {
      emulator.setClockOffset(Date.now() - T);
      await create(emulator, { Description: 'd' });
      expect((await callUserSync(emulator, 'Get', { UserProvisioningId: 'up-1' })).response).toEqual({
        UserProvisioning: {
          UserProvisioningId: 'up-1',
          Description: 'd',
          Status: 'Enabled',
          PrincipalId: 'u-1',
          PrincipalName: 'u-1',
          PrincipalType: 'User',
          TargetUin: 100_000_000_001,
          TargetName: '100000000001',
          TargetType: 'MemberUin',
          DuplicationStrategy: 'KeepBoth',
          DeletionStrategy: 'Keep',
          CreateTime: '2024-05-13 03:25:16',
          UpdateTime: '2024-05-13 03:25:16',
        },
        RequestId: expect.any(String) as unknown,
      });
    });
  });
});

describe('ListUserSyncProvisionings', () => {
  const idsOf = ({ response }: CallResult): string[] =>
    (response['UserProvisionings'] as { UserProvisioningId: string }[]).map((each) => each.UserProvisioningId);

  it('answers pages, the oldest first', async () => {
    await withZone({}, async (emulator) => {
      await create(emulator, ...Array.from({ length: 12 }, (_, i) => ({ PrincipalId: `u-${i}` })));
      const first = await callUserSync(emulator, 'List');
      expect(idsOf(first)).toEqual(['up-1', 'up-2', 'up-3', 'up-4', 'up-5', 'up-6', 'up-7', 'up-8', 'up-9', 'up-10']);
      expect(first.response).toMatchObject({ TotalCounts: 12, MaxResults: 10, IsTruncated: true });
      // An entry of the page before goes away: none of the next page must be left out for it.
      await callUserSync(emulator, 'Delete', { UserProvisioningId: 'up-3' });
      const NextToken = first.response['NextToken'];
      const last = await callUserSync(emulator, 'List', { NextToken, MaxResults: 100 });
      expect(idsOf(last)).toEqual(['up-11', 'up-12']);
      expect(last.response).toMatchObject({ TotalCounts: 11, MaxResults: 100, IsTruncated: false, NextToken: '' });
      expect((await callUserSync(emulator, 'List', { NextToken: 'x' })).code).toBe('InvalidParameter.NextTokenInvalid');
    });
  });

  it.each<[Entry, string[]]>([
    [{ PrincipalId: 'u-1' }, ['up-1', 'up-3', 'up-4']],
    [{ PrincipalId: 'u-1', PrincipalType: 'Group' }, ['up-3']],
    [{ TargetUin: 2 }, ['up-4']],
    [{ TargetType: 'ManagerUin' }, ['up-2']],
    [{ ...ENTRY, PrincipalId: 'u-2', TargetType: 'ManagerUin' }, ['up-2']],
    [{ PrincipalId: 'u-2', TargetUin: 2 }, []],
    [{ PrincipalId: null, Filter: '-2' }, ['up-2']],
    [{ Filter: '0001' }, ['up-1', 'up-2', 'up-3']],
  ])('filters by %j', async (filter, ids) => {
    await withZone({}, async (emulator) => {
      const changes = [{ PrincipalId: 'u-2', TargetType: 'ManagerUin' }, { PrincipalType: 'Group' }, { TargetUin: 2 }];
      await create(emulator, {}, ...changes);
      const listed = await callUserSync(emulator, 'List', filter);
      expect(idsOf(listed)).toEqual(ids);
      expect(listed.response).toMatchObject({ TotalCounts: ids.length });
    });
  });

  it('is limited to 20 calls in a second', async () => {
    const now = Date.now();
    await withEmulator({ now: () => now }, async (emulator) => {
      for (let i = 0; i < 20; i++) expect((await callUserSync(emulator, 'List')).code).toBe('');
      expect((await callUserSync(emulator, 'List')).code).toBe('RequestLimitExceeded');
      expect((await callUserSync(emulator, 'ListTasks')).code).toBe('');
    });
  });
});
