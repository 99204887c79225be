import { DEMO_ACCOUNT, type Emulator } from '../../emulator';

import { call, type CallResult, send } from './signed-call';
import { callUserSync, ENTRY } from './user-sync-call';
import { withEmulator } from './with-emulator';

const T = 1_715_570_716_000;
const timestamp = T / 1000;
const LOST = { action: 'DeleteUserSyncProvisioning', done: true, how: 'hang' };

function put(emulator: Emulator, name: string, value: unknown): Promise<CallResult> {
  return send(emulator, { method: 'PUT', path: `/_emulator/${name}`, body: JSON.stringify(value) });
}

describe('control API', () => {
  it('scripts tasks and lists requests', async () => {
    await withEmulator({}, async (emulator) => {
      const done = await put(emulator, 'tasks/z-7/t%2F7', { then: { status: 'Failed' } });
      expect(done).toMatchObject({ httpStatus: 204, text: '' });
      expect((await call(emulator, { body: '{"ZoneId":"z-7","TaskId":"t/7"}' })).code).toBe('Failed');
      const listed = await send(emulator, { path: '/_emulator/requests' });
      expect(JSON.parse(listed.text)).toEqual([
        expect.objectContaining({ zoneId: 'z-7', taskId: 't/7', answered: 'Failed', socket: 2 }),
      ]);
      expect(await send(emulator, { path: '/_emulator/requests?taskId=t-1' })).toMatchObject({ text: '[]' });
    });
  });

  it('makes zones, loses answers and shows user syncs with their tasks', async () => {
    await withEmulator({}, async (emulator) => {
      const script = { durationMs: 0, then: { status: 'Failed' } };
      const lists = { unknownUsers: ['u-x'], unknownGroups: ['g-x'], unknownMembers: ['1'] };
      const scripts = { createTask: {}, createTasks: { 'u-1': script }, deleteTask: {} };
      const directory = { ...lists, ...scripts, maxPerCall: 1, maxSyncs: 9, partialCreate: true, listsTasks: false };
      expect((await put(emulator, 'zones/z%2F7', directory)).httpStatus).toBe(204);
      const lost = { action: 'CreateUserSyncProvisioning', done: false, how: 'InternalError' };
      const answer = { ...lost, principalId: 'u-1', every: 1, times: 1, lateMs: 0 };
      expect((await put(emulator, 'lost-answers', [answer])).httpStatus).toBe(204);
      const create = { ZoneId: 'z/7', UserSyncProvisionings: [ENTRY] };
      expect((await callUserSync(emulator, 'Create', create)).code).toBe('InternalError');
      expect((await callUserSync(emulator, 'Create', create)).code).toBe('');
      expect((await call(emulator, { body: '{"ZoneId":"z/7","TaskId":"t-1"}' })).code).toBe('Failed');

      const [syncs, tasks] = await Promise.all([
        send(emulator, { path: '/_emulator/user-syncs?zoneId=z%2F7' }),
        send(emulator, { path: '/_emulator/user-sync-tasks?zoneId=z%2F7' }),
      ]);
      expect(JSON.parse(syncs.text)).toEqual(emulator.userSyncs('z/7'));
      expect(JSON.parse(syncs.text)).toMatchObject([{ principalId: 'u-1', targetUin: '100000000001', creations: 1 }]);
      expect(JSON.parse(tasks.text)).toEqual([
        {
          taskId: 't-1',
          taskType: 'StartProvisioning',
          userProvisioningId: 'up-1',
          status: 'Failed',
          polls: 1,
          isFollowedToEnd: true,
        },
      ]);
      expect((await send(emulator, { path: '/_emulator/user-syncs?zoneId=z-8' })).text).toBe('[]');
      expect((await send(emulator, { path: '/_emulator/user-sync-tasks?zoneId=z-8' })).text).toBe('[]');
    });
  });

  it.each(['user-syncs', 'user-sync-tasks?zoneId='])('wants a zone for %s', async (name) => {
    await withEmulator({}, async (emulator) => {
      const refused = await send(emulator, { path: `/_emulator/${name}` });
      expect(refused).toMatchObject({ httpStatus: 400, text: '{"error":"zoneId is missing"}' });
    });
  });

  it('replaces accounts', async () => {
    await withEmulator({}, async (emulator) => {
      const next = { secretId: 'AKIDnext', secretKey: 'k', token: 'tok', expiresAt: Date.now() + 60_000, uin: '1' };
      const actions = ['GetProvisioningTaskStatus'];
      expect((await put(emulator, 'accounts', [{ ...next, actions, disabled: false }])).httpStatus).toBe(204);
      expect((await call(emulator, next)).code).toBe('Success');
      expect((await call(emulator)).code).toBe('AuthFailure.SecretIdNotFound');
    });
  });

  it('schedules outages in seconds from now', async () => {
    let now = T;
    await withEmulator({ now: () => now }, async (emulator) => {
      const answer = { error: { code: 'ServiceUnavailable' } };
      expect((await put(emulator, 'outages', [{ fromSeconds: 1, toSeconds: 2.5, answer }])).httpStatus).toBe(204);
      const codes: string[] = [];
      for (now of [T + 999, T + 1000, T + 2499, T + 2500]) codes.push((await call(emulator, { timestamp })).code);
      expect(codes).toEqual(['Success', 'ServiceUnavailable', 'ServiceUnavailable', 'Success']);
    });
  });

  it('moves the clock', async () => {
    await withEmulator({ now: () => T }, async (emulator) => {
      expect((await put(emulator, 'clock', { offsetSeconds: -301 })).httpStatus).toBe(204);
      expect((await call(emulator, { timestamp })).message).toContain('server time 1715570415.');
    });
  });

  it('configures STS and the metadata endpoint', async () => {
    await withEmulator({ now: () => T }, async (emulator) => {
      const role = { arn: 'a', lifetimeSeconds: 60, webIdentityToken: 'jwt', providerId: 'p', actions: [] };
      expect((await put(emulator, 'sts', { roles: [role], answers: [] })).httpStatus).toBe(204);
      const asked = { RoleArn: 'a', RoleSessionName: 'session' };
      const headers = { 'X-TC-Region': 'r' };
      const assumed = await call(emulator, { action: 'AssumeRole', body: JSON.stringify(asked), timestamp, headers });
      expect(assumed.response.ExpiredTime).toBe(timestamp + 60);

      const path = '/latest/meta-data/cam/security-credentials/';
      const metadata = { role: 'worker', lifetimeSeconds: 5, renewBeforeSeconds: 1, answers: [], actions: [] };
      expect((await put(emulator, 'metadata', metadata)).httpStatus).toBe(204);
      expect((await send(emulator, { path })).text).toBe('worker');
      expect((await put(emulator, 'metadata', null)).httpStatus).toBe(204);
      expect((await send(emulator, { path })).httpStatus).toBe(404);
    });
  });

  it.each<[string, unknown, string]>([
    ['tasks/z-1/t-1', { then: { httpStatus: 99 } }, 'script.then.httpStatus must be an integer from 200 to 599'],
    ['zones/z-1', [], 'zone must be an object'],
    ['zones/z-1', { unknownUsers: 'u-1' }, 'zone.unknownUsers must be an array'],
    ['zones/z-1', { unknownGroups: [1] }, 'zone.unknownGroups[0] must be a string'],
    ['zones/z-1', { unknownMembers: [1] }, 'zone.unknownMembers[0] must be a string'],
    ['zones/z-1', { maxPerCall: -1 }, 'zone.maxPerCall must be an integer of at least 0'],
    ['zones/z-1', { maxSyncs: 1.5 }, 'zone.maxSyncs must be an integer of at least 0'],
    ['zones/z-1', { partialCreate: 1 }, 'zone.partialCreate must be a boolean'],
    ['zones/z-1', { listsTasks: 1 }, 'zone.listsTasks must be a boolean'],
    ['zones/z-1', { createTask: { durationMs: '1' } }, 'zone.createTask.durationMs must be a number'],
    ['zones/z-1', { createTasks: [] }, 'zone.createTasks must be an object'],
    ['zones/z-1', { createTasks: { 'u-1': { then: 1 } } }, 'zone.createTasks.u-1.then must be an object'],
    ['zones/z-1', { deleteTask: { answers: 1 } }, 'zone.deleteTask.answers must be an array'],
    ['lost-answers', {}, 'lostAnswers must be an array'],
    ['lost-answers', [{ done: true, how: 'drop' }], 'lostAnswers[0].action is missing'],
    [
      'lost-answers',
      [{ action: 'ListTasks', done: true, how: 'drop' }],
      'lostAnswers[0].action must be one of CreateUserSyncProvisioning, DeleteUserSyncProvisioning, ' +
        'UpdateUserSyncProvisioning',
    ],
    ['lost-answers', [{ ...LOST, done: 1 }], 'lostAnswers[0].done must be a boolean'],
    ['lost-answers', [{ ...LOST, how: 'cut' }], 'lostAnswers[0].how must be one of drop, InternalError, hang'],
    ['lost-answers', [{ ...LOST, principalId: 1 }], 'lostAnswers[0].principalId must be a string'],
    ['lost-answers', [{ ...LOST, every: 0 }], 'lostAnswers[0].every must be an integer of at least 1'],
    ['lost-answers', [{ ...LOST, times: -1 }], 'lostAnswers[0].times must be an integer of at least 0'],
    ['lost-answers', [LOST, { ...LOST, lateMs: 0.5 }], 'lostAnswers[1].lateMs must be an integer of at least 0'],
    ['accounts', {}, 'accounts must be an array'],
    ['accounts', [{ secretId: 'a' }], 'accounts[0].secretKey is missing'],
    ['accounts', [{ ...DEMO_ACCOUNT, expiresAt: 'x' }], 'accounts[0].expiresAt must be a number'],
    ['accounts', [{ ...DEMO_ACCOUNT, disabled: 1 }], 'accounts[0].disabled must be a boolean'],
    ['accounts', [DEMO_ACCOUNT, { ...DEMO_ACCOUNT, actions: [1] }], 'accounts[1].actions[0] must be a string'],
    ['accounts', [{ ...DEMO_ACCOUNT, uin: 1 }], 'accounts[0].uin must be a string'],
    ['outages', [{ fromSeconds: 0, toSeconds: 1 }], 'outages[0].answer is missing'],
    ['outages', [{ fromSeconds: '0', toSeconds: 1, answer: {} }], 'outages[0].fromSeconds must be a number'],
    [
      'outages',
      [{ fromMs: 0, fromSeconds: 0, toSeconds: 1, answer: {} }],
      'outages[0].fromMs is unknown; use fromSeconds, toSeconds, answer',
    ],
    [
      'outages',
      [{ fromSeconds: 0, toSeconds: 1, answer: { stall: 'x' } }],
      'outages[0].answer.stall must be one of headers, body',
    ],
    ['clock', { offsetSeconds: '1' }, 'clock.offsetSeconds must be a number'],
    ['clock', {}, 'clock.offsetSeconds is missing'],
    ['clock', null, 'clock must be an object'],
    ['sts', { roles: [{}] }, 'sts.roles[0].arn is missing'],
    [
      'sts',
      { roles: [{ arn: 'a', lifetimeSeconds: -1 }] },
      'sts.roles[0].lifetimeSeconds must be an integer of at least 0',
    ],
    ['sts', { answers: [{ error: {} }] }, 'sts.answers[0].error.code is missing'],
    ['sts', { role: 'a' }, 'sts.role is unknown; use roles, answers'],
    ['metadata', {}, 'metadata.role is missing'],
    [
      'metadata',
      { role: 'a', renewBeforeSeconds: 0.5 },
      'metadata.renewBeforeSeconds must be an integer of at least 0',
    ],
    ['metadata', { role: 'a', answers: {} }, 'metadata.answers must be an array'],
  ])('refuses a wrong PUT of %s: %j', async (name, value, error) => {
    await withEmulator({}, async (emulator) => {
      const refused = await put(emulator, name, value);
      expect(refused.httpStatus).toBe(400);
      expect(JSON.parse(refused.text)).toEqual({ error });
      expect((await call(emulator)).code).toBe('Success');
    });
  });

  it('refuses what is no JSON', async () => {
    await withEmulator({}, async (emulator) => {
      for (const name of ['tasks/z-1/t-1', 'accounts', 'clock']) {
        const refused = await send(emulator, { method: 'PUT', path: `/_emulator/${name}`, body: '{' });
        expect(refused.httpStatus).toBe(400);
      }
    });
  });

  it('lists its paths when asked for another, or with another method', async () => {
    await withEmulator({}, async (emulator) => {
      const usage =
        'use GET /_emulator/requests, /_emulator/user-syncs, /_emulator/user-sync-tasks or PUT ' +
        '/_emulator/zones/{zoneId}, /_emulator/tasks/{zoneId}/{taskId}, /_emulator/lost-answers, ' +
        '/_emulator/accounts, /_emulator/outages, /_emulator/clock, /_emulator/sts, /_emulator/metadata';
      const wrong: [string, string][] = [
        ['GET', 'nothing'],
        ['PUT', 'tasks/z-1'],
        ['PUT', 'tasks/z-1/t-1/x'],
        ['PUT', 'zones/'],
        ['PUT', 'zones/z-1/x'],
        ['PUT', 'user-syncs'],
        ['PUT', 'toString'],
        ['GET', 'accounts'],
        ['PUT', 'requests'],
      ];
      for (const [method, name] of wrong) {
        const refused = await send(emulator, {
          method,
          path: `/_emulator/${name}`,
          body: method === 'PUT' ? '{}' : '',
        });
        expect(refused.httpStatus).toBe(404);
        expect(JSON.parse(refused.text)).toEqual({ error: usage });
      }
      expect(emulator.requests()).toEqual([]);
    });
  });
});
