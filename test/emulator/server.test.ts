import { DEMO_ACCOUNT, startEmulator } from '../../emulator';
import { until } from '../support/until';

import { call, type CallChanges } from './signed-call';
import { withEmulator } from './with-emulator';

const seconds = (): number => Math.floor(Date.now() / 1000);
const yesterday = (): string => new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

describe('refusals', () => {
  it.each<[string, CallChanges, string]>([
    ['another method', { method: 'GET', sentBody: '' }, 'UnsupportedProtocol'],
    ['another path', { path: '/other' }, 'InvalidParameter'],
    ['a query', { path: '/?a=1' }, 'InvalidParameter'],
    ['another content type', { contentType: 'text/plain' }, 'InvalidParameter'],
    ['no action', { headers: { 'X-TC-Action': undefined } }, 'MissingParameter'],
    ['another action', { headers: { 'X-TC-Action': 'GetTaskStatus' } }, 'InvalidAction'],
    ["another product's action", { action: 'AssumeRole', headers: { 'X-TC-Version': '2021-03-31' } }, 'NoSuchVersion'],
    ['another version', { headers: { 'X-TC-Version': '2018-12-25' } }, 'NoSuchVersion'],
    ['no timestamp', { headers: { 'X-TC-Timestamp': undefined } }, 'MissingParameter'],
    ['a timestamp that is no number', { headers: { 'X-TC-Timestamp': 'now' } }, 'InvalidParameter'],
    ['no authorization', { headers: { Authorization: undefined } }, 'AuthFailure.InvalidAuthorization'],
    ['a malformed authorization', { headers: { Authorization: 'Basic x' } }, 'AuthFailure.InvalidAuthorization'],
    ['an unknown key', { secretId: 'AKIDother' }, 'AuthFailure.SecretIdNotFound'],
    ['a timestamp 6 minutes behind', { timestamp: seconds() - 360 }, 'AuthFailure.SignatureExpire'],
    ['a timestamp 6 minutes ahead', { timestamp: seconds() + 360 }, 'AuthFailure.SignatureExpire'],
    ['another secret key', { secretKey: 'wrong' }, 'AuthFailure.SignatureFailure'],
    ['a changed body', { sentBody: '{"ZoneId":"z-1","TaskId":"t-2"}' }, 'AuthFailure.SignatureFailure'],
    ['a changed host', { sentHost: 'organization.tencentcloudapi.com' }, 'AuthFailure.SignatureFailure'],
    [
      'a host signed without its port',
      { signedHost: '127.0.0.1', sentHost: '127.0.0.1:1' },
      'AuthFailure.SignatureFailure',
    ],
    ["yesterday's date", { date: yesterday() }, 'AuthFailure.SignatureFailure'],
    ['the service of STS', { service: 'sts' }, 'AuthFailure.SignatureFailure'],
    ['another service', { service: 'cvm' }, 'AuthFailure.SignatureFailure'],
    ['unsorted signed headers', { signedHeaders: 'host;content-type' }, 'AuthFailure.SignatureFailure'],
    ['an unsigned host', { signedHeaders: 'content-type' }, 'AuthFailure.SignatureFailure'],
    ['a signed header that was not sent', { signedHeaders: 'content-type;host;x-a' }, 'AuthFailure.SignatureFailure'],
    ['a token nobody issued', { token: 'x' }, 'AuthFailure.TokenFailure'],
    ['a body that is no JSON', { body: '{' }, 'InvalidParameter'],
    ['a body that is no object', { body: '[]' }, 'InvalidParameter'],
    ['an extra parameter', { body: '{"ZoneId":"z-1","TaskId":"t-1","A":1}' }, 'UnknownParameter'],
    ['no TaskId', { body: '{"ZoneId":"z-1"}' }, 'MissingParameter'],
    ['no ZoneId', { body: '{"TaskId":"t-1"}' }, 'MissingParameter'],
    ['a TaskId of another type', { body: '{"ZoneId":"z-1","TaskId":1}' }, 'InvalidParameter'],
    ['an unknown zone', { body: '{"ZoneId":"z-2","TaskId":"t-1"}' }, 'FailedOperation.ZoneIdNotExist'],
    ['an unknown task', { body: '{"ZoneId":"z-1","TaskId":"t-2"}' }, 'ResourceNotFound.UserProvisioningTaskNotFound'],
  ])('refuses %s', async (_name, changes, code) => {
    await withEmulator({}, async (emulator) => {
      const result = await call(emulator, changes);
      expect(result).toMatchObject({ code, httpStatus: 200 });
      expect(result.response.RequestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(emulator.requests()[0]).toMatchObject({ answered: code });
    });
  });

  it('tells its own time when a signature has expired, and allows 300 s', async () => {
    await withEmulator({ now: () => 1_715_570_716_500 }, async (emulator) => {
      const expired = await call(emulator, { timestamp: 1_715_570_716 - 301 });
      expect(expired.message).toContain('server time 1715570716.');
      expect(expired.headers['date']).toBe('Mon, 13 May 2024 03:25:16 GMT');
      expect((await call(emulator, { timestamp: 1_715_570_716 - 300 })).code).toBe('Success');
      expect((await call(emulator, { timestamp: 1_715_570_716 + 300 })).code).toBe('Success');
    });
  });

  it('wants the token of a temporary key', async () => {
    await withEmulator({ accounts: [{ ...DEMO_ACCOUNT, token: 'tok' }] }, async (emulator) => {
      expect((await call(emulator)).code).toBe('AuthFailure.TokenFailure');
      expect((await call(emulator, { token: 'old' })).code).toBe('AuthFailure.TokenFailure');
      expect((await call(emulator, { token: 'tok' })).code).toBe('Success');
    });
  });
});

describe('answers', () => {
  it('sends the published shape and says that it is an emulator', async () => {
    await withEmulator({}, async (emulator) => {
      const signedHeaders = 'content-type;host;x-tc-action';
      const { response, headers } = await call(emulator, {
        contentType: 'application/json; charset=utf-8',
        signedHeaders,
      });
      expect(response).toEqual({
        TaskStatus: { Status: 'Success', TaskId: 't-1', TaskType: 'StartProvisioning', FailureReason: '' },
        RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      });
      expect(headers['x-emulator']).toBe('provisioning-worker');
    });
  });

  it('follows a script in order', async () => {
    await withEmulator({}, async (emulator) => {
      emulator.setTask('z-1', 't-1', {
        answers: [
          { status: 'InProgress' },
          { error: { code: 'InternalError', message: 'try again' } },
          { rawBody: '<html>502</html>', httpStatus: 502 },
          { status: 'Failed', failureReason: '部署失败', taskType: 'DeleteProvisioning', taskId: 'z-9' },
        ],
      });
      expect((await call(emulator)).code).toBe('InProgress');
      expect(await call(emulator)).toMatchObject({ code: 'InternalError', message: 'try again', httpStatus: 200 });
      expect(await call(emulator)).toMatchObject({ text: '<html>502</html>', httpStatus: 502 });
      await call(emulator);
      expect((await call(emulator)).response.TaskStatus).toEqual({
        Status: 'Failed',
        TaskId: 'z-9',
        TaskType: 'DeleteProvisioning',
        FailureReason: '部署失败',
      });
      const answered = emulator.requests('t-1').map((request) => request.answered);
      expect(answered).toEqual(['InProgress', 'InternalError', 'raw', 'Failed', 'Failed']);
      expect(emulator.requests('t-other')).toEqual([]);
    });
  });

  it('ends a task after its duration by the injected clock, and again when it is set again', async () => {
    let now = Date.now();
    await withEmulator({ now: () => now }, async (emulator) => {
      emulator.setTask('z-1', 't-1', { durationMs: 5000, then: { status: 'Failed' } });
      now += 4999;
      expect((await call(emulator)).code).toBe('InProgress');
      now += 1;
      expect((await call(emulator)).code).toBe('Failed');
      emulator.setTask('z-1', 't-1', { durationMs: 5000 });
      expect((await call(emulator)).code).toBe('InProgress');
      now += 5000;
      expect((await call(emulator)).code).toBe('Success');
      expect(emulator.requests()[3]).toMatchObject({ at: now, answeredAt: now });
    });
  });

  it('remembers only as many calls as it should', async () => {
    await withEmulator({ keepRequests: 2 }, async (emulator) => {
      for (const taskId of ['t-1', 't-2', 't-3'])
        await call(emulator, { body: `{"ZoneId":"z-1","TaskId":"${taskId}"}` });
      expect(emulator.requests().map(({ taskId }) => taskId)).toEqual(['t-2', 't-3']);
      expect(emulator.maxOutstanding('t-1')).toBe(1);
    });
  });

  it('drops the connection', async () => {
    await withEmulator({}, async (emulator) => {
      emulator.setTask('z-1', 't-1', { answers: [{ drop: true }, { status: 'Success' }] });
      await expect(call(emulator)).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect((await call(emulator)).code).toBe('Success');
    });
  });

  it('lets a call hang until it is closed', async () => {
    const emulator = await startEmulator();
    emulator.setTask('z-1', 't-1', { answers: [{ hang: true }] });
    const failure = expect(call(emulator)).rejects.toMatchObject({ code: 'ECONNRESET' });
    try {
      await until('the call is out', () => emulator.requests().length > 0);
      expect(emulator.requests()[0]).toMatchObject({ answered: 'hang' });
      expect(emulator.requests()[0]?.answeredAt).toBeUndefined();
    } finally {
      await emulator.close();
    }
    await failure;
    await emulator.close();
  });

  it('counts the calls of a task that are open at the same time', async () => {
    await withEmulator({}, async (emulator) => {
      await call(emulator);
      await call(emulator);
      expect(emulator.maxOutstanding('t-1')).toBe(1);
      emulator.setTask('z-1', 't-1', { answers: [{ hang: true }] });
      const cut = [call(emulator), call(emulator), call(emulator)].map((one) => expect(one).rejects.toThrow());
      await until('all calls are out', () => emulator.requests('t-1').length === 5);
      expect(emulator.maxOutstanding('t-1')).toBe(3);
      expect(emulator.maxOutstanding('t-2')).toBe(0);
      await emulator.close();
      await Promise.all(cut);
    });
  });
});

it('rejects when the port is taken', async () => {
  await withEmulator({}, async ({ port }) => {
    await expect(startEmulator({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
