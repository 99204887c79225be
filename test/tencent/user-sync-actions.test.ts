import type { ServerResponse } from 'node:http';

import type { UserSyncItem } from '../../src/contract';
import { signRequest, type CallQuota, type OrganizationClient } from '../../src/tencent';

import { clientOf, closeAll, failureOf, kept, KEY, serve } from './calls';
import { answerJson, type FakeServer } from './fake-server';

const ZONE = 'z-djw98wnd0000';
const SYNC_REQUEST = { zoneId: ZONE, userProvisioningId: 'up-1' };
const ITEM: UserSyncItem = {
  principalType: 'User',
  principalId: 'u-1',
  targetType: 'MemberUin',
  targetUin: '100000000001',
};
/** 2^63 - 1, which no number holds. */
const LARGEST_UIN = '9223372036854775807';
const SYNC_FIELDS = {
  UserProvisioningId: 'up-1',
  PrincipalId: 'u-1',
  PrincipalType: 'User',
  TargetUin: 100000000001,
  TargetType: 'MemberUin',
};
const SYNC = { userProvisioningId: 'up-1', ...ITEM };

afterEach(closeAll);

/** Starts a server that answers every request with this `Response`, or with this text. */
async function answering(response: object | string): Promise<{ fake: FakeServer; client: OrganizationClient }> {
  const body = typeof response === 'string' ? response : JSON.stringify({ Response: response });
  const fake = await serve((to) => to.end(body));
  return { fake, client: clientOf(fake.endpoint) };
}

interface ActionCase {
  call: (client: OrganizationClient, signal?: AbortSignal) => Promise<unknown>;
  /** A `Response` that is good. */
  good: object;
  isWrite: boolean;
}

const CALLS: Record<string, ActionCase> = {
  CreateUserSyncProvisioning: {
    call: (client, signal) => client.createUserSyncProvisioning({ zoneId: ZONE, items: [ITEM] }, signal),
    good: { Tasks: [] },
    isWrite: true,
  },
  DeleteUserSyncProvisioning: {
    call: (client, signal) => client.deleteUserSyncProvisioning(SYNC_REQUEST, signal),
    good: {},
    isWrite: true,
  },
  UpdateUserSyncProvisioning: {
    call: (client, signal) => client.updateUserSyncProvisioning(SYNC_REQUEST, signal),
    good: {},
    isWrite: true,
  },
  GetUserSyncProvisioning: {
    call: (client, signal) => client.getUserSyncProvisioning(SYNC_REQUEST, signal),
    good: { UserProvisioning: SYNC_FIELDS },
    isWrite: false,
  },
  ListUserSyncProvisionings: {
    call: (client, signal) => client.listUserSyncProvisionings({ zoneId: ZONE }, signal),
    good: { UserProvisionings: [] },
    isWrite: false,
  },
  ListTasks: {
    call: (client, signal) => client.listTasks({ zoneId: ZONE }, signal),
    good: { Tasks: [] },
    isWrite: false,
  },
};
const ACTIONS = Object.entries(CALLS).map(([action, one]) => ({ action, ...one }));

describe('requests', () => {
  it.each<[string, (client: OrganizationClient) => Promise<unknown>, string, string]>([
    [
      'items with all that they may say',
      (client) =>
        client.createUserSyncProvisioning({
          zoneId: ZONE,
          items: [
            {
              ...ITEM,
              description: 'on trial: "é"',
              duplicationStrategy: 'TakeOver',
              deletionStrategy: 'Delete',
            },
            { principalType: 'Group', principalId: 'g-1', targetType: 'ManagerUin', targetUin: LARGEST_UIN },
          ],
        }),
      'CreateUserSyncProvisioning',
      '{"ZoneId":"z-djw98wnd0000","UserSyncProvisionings":[' +
        '{"Description":"on trial: \\"é\\"","PrincipalId":"u-1","PrincipalType":"User","TargetUin":100000000001,"TargetType":"MemberUin","DuplicationStrategy":"TakeOver","DeletionStrategy":"Delete"},' +
        '{"PrincipalId":"g-1","PrincipalType":"Group","TargetUin":9223372036854775807,"TargetType":"ManagerUin","DuplicationStrategy":"KeepBoth","DeletionStrategy":"Keep"}]}',
    ],
    [
      'a sync to remove',
      (client) => client.deleteUserSyncProvisioning(SYNC_REQUEST),
      'DeleteUserSyncProvisioning',
      '{"ZoneId":"z-djw98wnd0000","UserProvisioningId":"up-1"}',
    ],
    [
      'a sync to read',
      (client) => client.getUserSyncProvisioning(SYNC_REQUEST),
      'GetUserSyncProvisioning',
      '{"ZoneId":"z-djw98wnd0000","UserProvisioningId":"up-1"}',
    ],
    [
      'all that can be changed, under the published names',
      (client) =>
        client.updateUserSyncProvisioning({
          ...SYNC_REQUEST,
          description: '',
          duplicationStrategy: 'KeepBoth',
          deletionStrategy: 'Delete',
        }),
      'UpdateUserSyncProvisioning',
      '{"ZoneId":"z-djw98wnd0000","UserProvisioningId":"up-1","NewDescription":"","NewDuplicationStateful":"KeepBoth","NewDeletionStrategy":"Delete"}',
    ],
    [
      'only the change that is given',
      (client) => client.updateUserSyncProvisioning({ ...SYNC_REQUEST, deletionStrategy: 'Keep' }),
      'UpdateUserSyncProvisioning',
      '{"ZoneId":"z-djw98wnd0000","UserProvisioningId":"up-1","NewDeletionStrategy":"Keep"}',
    ],
    [
      'all syncs of a zone',
      (client) => client.listUserSyncProvisionings({ zoneId: ZONE }),
      'ListUserSyncProvisionings',
      '{"ZoneId":"z-djw98wnd0000","MaxResults":100}',
    ],
    [
      'syncs of one key, and a further page',
      (client) =>
        client.listUserSyncProvisionings({
          zoneId: ZONE,
          ...ITEM,
          targetUin: LARGEST_UIN,
          nextToken: 'n-1',
          maxResults: 7,
        }),
      'ListUserSyncProvisionings',
      '{"ZoneId":"z-djw98wnd0000","PrincipalId":"u-1","PrincipalType":"User","TargetUin":9223372036854775807,"TargetType":"MemberUin","NextToken":"n-1","MaxResults":7}',
    ],
    [
      'tasks of a type',
      (client) => client.listTasks({ zoneId: ZONE, principalId: 'u-1', taskType: 'StartProvisioning' }),
      'ListTasks',
      '{"ZoneId":"z-djw98wnd0000","PrincipalId":"u-1","MaxResults":100,"TaskType":"StartProvisioning"}',
    ],
  ])('send %s, signed as sent', async (_, call, action, body) => {
    const { fake, client } = await answering(CALLS[action]?.good ?? {});
    await call(client);
    expect(fake.received).toEqual([
      {
        method: 'POST',
        url: '/',
        body,
        headers: {
          host: '127.0.0.1',
          connection: 'keep-alive',
          'content-length': String(Buffer.byteLength(body)),
          'content-type': 'application/json',
          authorization: signRequest({
            ...KEY,
            host: '127.0.0.1',
            contentType: 'application/json',
            body,
            timestampSeconds: 1551113065,
            service: 'organization',
          }),
          'x-tc-action': action,
          'x-tc-version': '2021-03-31',
          'x-tc-timestamp': '1551113065',
          'x-tc-language': 'en-US',
        },
      },
    ]);
  });

  it.each(ACTIONS)('$action ends with the reason of an outer signal', async ({ call }) => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const fake = await serve(() => controller.abort(reason));
    await expect(call(clientOf(fake.endpoint), controller.signal)).rejects.toBe(reason);
  });
});

describe('the answer of Create', () => {
  it('gives every task that has an id, strings verbatim', async () => {
    const { client } = await answering({
      Tasks: [
        {
          TaskId: 't-1',
          TargetUin: 100000000001,
          TargetType: 'MemberUin',
          TaskType: 'StartProvisioning',
          TaskStatus: 'Success',
          UserProvisioningId: 'up-1',
          PrincipalId: 'u-1',
          PrincipalType: 'User',
          PrincipalName: 'Ann',
          DuplicationStrategy: 'KeepBoth',
          DeletionStrategy: 'Keep',
        },
        { TaskId: '', PrincipalId: 'u-2' },
        { PrincipalId: 'u-3' },
        { TaskId: 3 },
        { TaskId: 'x'.repeat(129) },
        null,
        't-4',
        { TaskId: 't-5', TaskStatus: '', UserProvisioningId: null, TargetUin: '0', PrincipalType: 'Robot' },
      ],
      RequestId: 'r-1',
    });
    await expect(client.createUserSyncProvisioning({ zoneId: ZONE, items: [ITEM] })).resolves.toStrictEqual({
      tasks: [
        {
          taskId: 't-1',
          taskType: 'StartProvisioning',
          taskStatus: 'Success',
          userProvisioningId: 'up-1',
          principalType: 'User',
          principalId: 'u-1',
          targetType: 'MemberUin',
          targetUin: '100000000001',
        },
        { taskId: 't-5', principalType: 'Robot' },
      ],
      requestId: 'r-1',
    });
  });

  it.each([
    ['a number', '9223372036854775807'],
    ['a text', '"9223372036854775807"'],
  ])('gives an account id above 2^53 exactly, sent as %s', async (_, uin) => {
    const { client } = await answering(`{"Response":{"Tasks":[{"TaskId":"t-1","TargetUin":${uin}}]}}`);
    const { tasks } = await client.createUserSyncProvisioning({ zoneId: ZONE, items: [ITEM] });
    expect(tasks).toEqual([{ taskId: 't-1', targetUin: LARGEST_UIN }]);
  });

  it.each(['-1', '0', '1.5', '1e30', '"x"', '""', 'null', 'true', '99999999999999999999'])(
    'takes %s for no account id',
    async (uin) => {
      const { client } = await answering(`{"Response":{"Tasks":[{"TaskId":"t-1","TargetUin":${uin}}]}}`);
      const { tasks } = await client.createUserSyncProvisioning({ zoneId: ZONE, items: [ITEM] });
      expect(tasks).toEqual([{ taskId: 't-1' }]);
    },
  );

  it('keeps texts that can be stored', async () => {
    const { client } = await answering({
      Tasks: [{ TaskId: 't-1', TaskType: 'x'.repeat(200), TaskStatus: 'half \ud83d' }, { TaskId: 'half \ud83d' }],
    });
    const { tasks } = await client.createUserSyncProvisioning({ zoneId: ZONE, items: [ITEM] });
    expect(tasks).toEqual([{ taskId: 't-1', taskType: `${'x'.repeat(127)}…`, taskStatus: 'half \ufffd' }]);
  });

  it.each([{}, { Tasks: null }, { Tasks: { TaskId: 't-1' } }])('without a list is malformed: %j', async (response) => {
    const { client } = await answering({ ...response, RequestId: 'r-2' });
    const error = await failureOf(client.createUserSyncProvisioning({ zoneId: ZONE, items: [ITEM] }));
    expect(error).toMatchObject({
      code: 'ClientError.MalformedAnswer',
      message: "The API's answer has no Tasks array (HTTP 200, request r-2)",
      requestId: 'r-2',
      mayHaveRun: true,
    });
  });
});

describe('the answer of Delete', () => {
  const TASK = { TaskId: 't-1', TaskType: 'DeleteProvisioning', TaskStatus: 'InProgress' };
  const task = { taskId: 't-1', taskType: 'DeleteProvisioning', taskStatus: 'InProgress' };

  it.each<[string, object, object]>([
    ['one object', { Tasks: TASK, RequestId: 'r-1' }, { task, requestId: 'r-1' }],
    ['a list', { Tasks: [TASK, { TaskId: 't-2' }] }, { task }],
    ['an empty list', { Tasks: [] }, {}],
    ['null', { Tasks: null }, {}],
    ['nothing', {}, {}],
    ['no id', { Tasks: { TaskType: 'DeleteProvisioning' } }, {}],
  ])('gives its task, or none: %s', async (_, response, answer) => {
    const { client } = await answering(response);
    await expect(client.deleteUserSyncProvisioning(SYNC_REQUEST)).resolves.toStrictEqual(answer);
  });
});

describe('the answer of Update', () => {
  it('is a request id', async () => {
    const { client } = await answering({ RequestId: 'r-1' });
    await expect(client.updateUserSyncProvisioning(SYNC_REQUEST)).resolves.toStrictEqual({ requestId: 'r-1' });
  });
});

describe('the answer of Get', () => {
  it('gives the sync, strings verbatim', async () => {
    const { client } = await answering({
      UserProvisioning: {
        ...SYNC_FIELDS,
        Description: 'd'.repeat(1_001),
        Status: 'Enabled',
        PrincipalName: 'Ann',
        TargetName: 'Shop',
        DuplicationStrategy: 'KeepBoth',
        DeletionStrategy: 'Keep',
        CreateTime: '2024-01-01 12:12:12',
        UpdateTime: '2024-01-02 12:12:12',
      },
      RequestId: 'r-1',
    });
    await expect(client.getUserSyncProvisioning(SYNC_REQUEST)).resolves.toStrictEqual({
      ...SYNC,
      description: `${'d'.repeat(999)}…`,
      status: 'Enabled',
      principalName: 'Ann',
      targetName: 'Shop',
      duplicationStrategy: 'KeepBoth',
      deletionStrategy: 'Keep',
      createTime: '2024-01-01 12:12:12',
      updateTime: '2024-01-02 12:12:12',
    });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a list', [SYNC_FIELDS]],
    ...Object.keys(SYNC_FIELDS).map((field): [string, unknown] => [
      `no ${field}`,
      { ...SYNC_FIELDS, [field]: undefined },
    ]),
    ['an unheard-of type', { ...SYNC_FIELDS, PrincipalType: 'Robot' }],
  ])('is malformed with %s', async (_, UserProvisioning) => {
    const { client } = await answering({ UserProvisioning });
    const error = await failureOf(client.getUserSyncProvisioning(SYNC_REQUEST));
    expect(error.code).toBe('ClientError.MalformedAnswer');
    expect(error.message).toContain('has no UserProvisioning with its id, principal and target');
  });
});

describe('the answer of a list', () => {
  it('gives the syncs that have id and key, and the total', async () => {
    const { client } = await answering({
      UserProvisionings: [
        { ...SYNC_FIELDS, Status: 'Disabled', Description: '' },
        { ...SYNC_FIELDS, UserProvisioningId: undefined },
        { ...SYNC_FIELDS, TargetUin: 'unknown' },
        null,
        { ...SYNC_FIELDS, UserProvisioningId: 'up-2', TargetUin: LARGEST_UIN },
      ],
      TotalCounts: 5,
      IsTruncated: false,
      NextToken: '',
      RequestId: 'r-1',
    });
    await expect(client.listUserSyncProvisionings({ zoneId: ZONE })).resolves.toStrictEqual({
      syncs: [
        { ...SYNC, status: 'Disabled' },
        { ...SYNC, userProvisioningId: 'up-2', targetUin: LARGEST_UIN },
      ],
      totalCount: 5,
      requestId: 'r-1',
    });
  });

  it('gives the tasks that have an id', async () => {
    const { client } = await answering({
      Tasks: [
        {
          TaskId: 't-1',
          RoleConfigurationId: '',
          TargetUin: 100000000001,
          TargetType: 'MemberUin',
          PrincipalId: 'u-1',
          PrincipalType: 'User',
          TaskType: 'StartProvisioning',
          Status: 'Failed',
          FailureReason: '部署失败',
        },
        { TaskType: 'StartProvisioning' },
        { TaskId: 't-2', FailureReason: '' },
      ],
      RequestId: 'r-1',
    });
    await expect(client.listTasks({ zoneId: ZONE })).resolves.toStrictEqual({
      tasks: [
        { ...ITEM, taskId: 't-1', taskType: 'StartProvisioning', status: 'Failed', failureReason: '部署失败' },
        { taskId: 't-2' },
      ],
      requestId: 'r-1',
    });
  });

  it.each<[object, string | undefined]>([
    [{ IsTruncated: true, NextToken: 'n-1' }, 'n-1'],
    [{ NextToken: 'n-1' }, 'n-1'],
    [{ IsTruncated: null, NextToken: 'n-1' }, 'n-1'],
    [{ IsTruncated: false, NextToken: 'n-1' }, undefined],
    [{ IsTruncated: true, NextToken: '' }, undefined],
    [{ IsTruncated: true }, undefined],
    [{ NextToken: '' }, undefined],
    [{ NextToken: 7 }, undefined],
    [{}, undefined],
  ])('goes on after %j with %p', async (page, nextToken) => {
    const { client } = await answering({ UserProvisionings: [], Tasks: [], ...page });
    const goesOn = nextToken === undefined ? {} : { nextToken };
    await expect(client.listUserSyncProvisionings({ zoneId: ZONE })).resolves.toStrictEqual({ syncs: [], ...goesOn });
    await expect(client.listTasks({ zoneId: ZONE })).resolves.toStrictEqual({ tasks: [], ...goesOn });
  });

  it.each<[string, (client: OrganizationClient) => Promise<unknown>]>([
    ['UserProvisionings', (client) => client.listUserSyncProvisionings({ zoneId: ZONE })],
    ['Tasks', (client) => client.listTasks({ zoneId: ZONE })],
  ])('is malformed without its list: %s', async (field, call) => {
    const { client } = await answering({ [field]: null, TotalCounts: 1 });
    const error = await failureOf(call(client));
    expect(error.code).toBe('ClientError.MalformedAnswer');
    expect(error.message).toBe(`The API's answer has no ${field} array (HTTP 200)`);
  });

  it.each<object>([{}, { UserProvisionings: null, Tasks: null }])(
    'is empty where there is nothing to list: %j',
    async (lists) => {
      const { client } = await answering({ ...lists, TotalCounts: 0 });
      await expect(client.listUserSyncProvisionings({ zoneId: ZONE })).resolves.toStrictEqual({
        syncs: [],
        totalCount: 0,
      });
      await expect(client.listTasks({ zoneId: ZONE })).resolves.toStrictEqual({ tasks: [] });
    },
  );

  it('is one page of many that are read in turn', async () => {
    const fake = await serve((response) => {
      const { NextToken: token = '0' } = JSON.parse(fake.received.at(-1)?.body ?? '') as { NextToken?: string };
      const next = Number(token) + 1;
      answerJson(response, {
        Response: {
          UserProvisionings: [{ ...SYNC_FIELDS, UserProvisioningId: `up-${token}` }],
          IsTruncated: next < 3,
          NextToken: String(next),
        },
      });
    });
    const client = clientOf(fake.endpoint);
    const ids: string[] = [];
    for (let nextToken: string | undefined, page = 0; page === 0 || nextToken !== undefined; page += 1) {
      const answer = await client.listUserSyncProvisionings({ zoneId: ZONE, ...(nextToken && { nextToken }) });
      ids.push(...answer.syncs.map(({ userProvisioningId }) => userProvisioningId));
      ({ nextToken } = answer);
    }
    expect(ids).toEqual(['up-0', 'up-1', 'up-2']);
    expect(fake.received).toHaveLength(3);
  });
});

describe('what is sent again', () => {
  /** Does the work of every request, but drops a kept connection instead of answering on it. */
  async function dropping(good: object): Promise<FakeServer> {
    const used = new Set<object>();
    return serve((response, { socket }) => {
      if (used.has(socket)) return void socket.resetAndDestroy();
      used.add(socket);
      answerJson(response, { Response: good });
    });
  }

  it.each(ACTIONS)('$action over a kept connection that drops its answer', async ({ call, good, isWrite }) => {
    const fake = await dropping(good);
    const client = clientOf(fake.endpoint);
    await call(client);
    await kept();
    if (isWrite) {
      const error = await failureOf(call(client));
      expect(error).toMatchObject({ code: 'ClientError.ConnectionReset', mayHaveRun: true });
      expect(fake.received).toHaveLength(2);
    } else {
      await call(client);
      expect(fake.received).toHaveLength(3);
    }
    expect(fake.received.map(({ headers }) => headers['x-tc-action'])).toEqual(
      fake.received.map(() => fake.received[0]?.headers['x-tc-action']),
    );
  });

  it.each(ACTIONS)('$action after a refusal that a wrong clock explains', async ({ call, good }) => {
    const refusal = {
      Error: { Code: 'AuthFailure.SignatureExpire', Message: 'Signature expired, server time 1551114065.' },
    };
    const fake = await serve((response) =>
      answerJson(response, { Response: fake.received.length === 1 ? refusal : good }),
    );
    await call(clientOf(fake.endpoint));
    expect(fake.received.map(({ headers }) => headers['x-tc-timestamp'])).toEqual(['1551113065', '1551114065']);
  });

  it.each<[string, (response: ServerResponse) => void, number?]>([
    ['InternalError', (to) => answerJson(to, { Response: { Error: { Code: 'InternalError', Message: 'no' } } })],
    ['ClientError.HttpStatus', (to) => to.writeHead(502).end('<html>')],
    ['ClientError.MalformedAnswer', (to) => to.end('{}')],
    ['ClientError.ConnectionReset', (to) => void to.socket?.resetAndDestroy()],
    ['ClientError.Timeout', () => undefined, 200],
  ])('no write after %s, which may have been done', async (code, answer, deadlineMs = 3_000) => {
    const fake = await serve(answer);
    const client = clientOf(fake.endpoint, { deadlineMs });
    const error = await failureOf(client.createUserSyncProvisioning({ zoneId: ZONE, items: [ITEM] }));
    expect(error).toMatchObject({ code, mayHaveRun: true });
    expect(fake.received).toHaveLength(1);
  });
});

describe('the quota', () => {
  it('of the actions on user syncs is one for them all, and not that of the status call', async () => {
    const fake = await serve((response) => {
      const action = String(fake.received.at(-1)?.headers['x-tc-action']);
      const TaskStatus = { Status: 'Success' };
      answerJson(response, { Response: CALLS[action]?.good ?? { TaskStatus } });
    });
    const events: string[] = [];
    const quota = (name: string): CallQuota => ({
      turn: () => {
        events.push(`${name} begins ${fake.received.length}`);
        return Promise.resolve(() => void events.push(`${name} ends ${fake.received.length}`));
      },
      throttled: (code) => void events.push(`${name} ${code}`),
    });
    const client = clientOf(fake.endpoint, { userSyncQuota: quota('sync'), statusCallQuota: quota('status') });
    for (const { call } of ACTIONS) await call(client);
    await client.getProvisioningTaskStatus({ zoneId: ZONE, taskId: 't-1' });
    expect(events).toEqual([
      ...ACTIONS.flatMap((_, index) => [`sync begins ${index}`, `sync ends ${index + 1}`]),
      'status begins 6',
      'status ends 7',
    ]);
  });

  it('is told that the cloud throttles', async () => {
    const { fake } = await answering({ Error: { Code: 'RequestLimitExceeded', Message: 'slow down' } });
    const codes: string[] = [];
    const userSyncQuota: CallQuota = {
      turn: () => Promise.resolve(() => undefined),
      throttled: (code) => void codes.push(code),
    };
    const client = clientOf(fake.endpoint, { userSyncQuota });
    for (const { call } of ACTIONS) {
      expect(await failureOf(call(client))).toMatchObject({ code: 'RequestLimitExceeded', mayHaveRun: false });
    }
    expect(codes).toEqual(ACTIONS.map(() => 'RequestLimitExceeded'));
  });
});
