import { call, send } from './signed-call';
import { withEmulator } from './with-emulator';

const T = 1_715_570_716_000;
const timestamp = T / 1000;

describe('the clock that the cloud shows', () => {
  it('moves the signature window, its message and the Date header', async () => {
    await withEmulator({ now: () => T }, async (emulator) => {
      emulator.setClockOffset(301_000);
      const expired = await call(emulator, { timestamp });
      expect(expired).toMatchObject({ code: 'AuthFailure.SignatureExpire' });
      expect(expired.message).toContain('server time 1715571017.');
      expect(expired.headers['date']).toBe('Mon, 13 May 2024 03:30:17 GMT');
      expect((await call(emulator, { timestamp: timestamp + 301 })).code).toBe('Success');
      emulator.setClockOffset(-301_000);
      expect((await call(emulator, { timestamp })).message).toContain('server time 1715570415.');
      emulator.setClockOffset(0);
      expect((await call(emulator, { timestamp })).code).toBe('Success');
    });
  });

  it('expires keys by it', async () => {
    const accounts = [{ secretId: 'AKIDtmp', secretKey: 'k', token: 'tok', expiresAt: T + 10_000 }];
    await withEmulator({ now: () => T, accounts }, async (emulator) => {
      const key = { secretId: 'AKIDtmp', secretKey: 'k', token: 'tok', timestamp };
      expect((await call(emulator, key)).code).toBe('Success');
      emulator.setClockOffset(10_000);
      expect((await call(emulator, key)).code).toBe('AuthFailure.TokenFailure');
    });
  });

  it('leaves records, rate windows, tasks and outages on the plain clock', async () => {
    let now = T;
    await withEmulator({ now: () => now, requestsPerSecond: 1 }, async (emulator) => {
      emulator.setTask('z-1', 't-1', { durationMs: 5000 });
      emulator.setOutages([{ fromMs: T + 2000, toMs: T + 3000, answer: { error: { code: 'InternalError' } } }]);
      emulator.setClockOffset(100_000);
      expect((await call(emulator, { timestamp })).code).toBe('InProgress');
      emulator.setClockOffset(200_000);
      expect((await call(emulator, { timestamp })).code).toBe('RequestLimitExceeded');
      expect(emulator.requests().map(({ at, answeredAt }) => [at, answeredAt])).toEqual([
        [T, T],
        [T, T],
      ]);
      now = T + 2000;
      expect((await call(emulator, { timestamp })).code).toBe('InternalError');
    });
  });
});

describe('outages', () => {
  it('answers from the first moment to the last before anything is verified', async () => {
    let now = T;
    await withEmulator({ now: () => now }, async (emulator) => {
      emulator.setOutages([
        { fromMs: T + 1000, toMs: T + 2000, answer: { httpStatus: 502, rawBody: '<html>Bad Gateway</html>' } },
        { fromMs: T + 2000, toMs: T + 3000, answer: { error: { code: 'RequestLimitExceeded' } } },
        { fromMs: T + 3000, toMs: T + 4000, answer: { drop: true } },
        { fromMs: T + 4000, toMs: T + 5000, answer: { taskType: 'x' } },
      ]);
      const unknown = { secretId: 'AKIDother', timestamp };
      now = T + 999;
      expect((await call(emulator, unknown)).code).toBe('AuthFailure.SecretIdNotFound');
      now = T + 1000;
      expect(await call(emulator, unknown)).toMatchObject({ httpStatus: 502, text: '<html>Bad Gateway</html>' });
      now = T + 1999;
      expect(await call(emulator, { action: 'AssumeRole', timestamp })).toMatchObject({ httpStatus: 502 });
      now = T + 2000;
      expect((await call(emulator, { timestamp })).code).toBe('RequestLimitExceeded');
      now = T + 3000;
      await expect(call(emulator, { timestamp })).rejects.toMatchObject({ code: 'ECONNRESET' });
      now = T + 4000;
      expect((await call(emulator, unknown)).response.TaskStatus).toMatchObject({
        Status: 'InProgress',
        TaskId: 't-1',
        TaskType: 'x',
      });
      now = T + 5000;
      expect((await call(emulator, { timestamp })).code).toBe('Success');
      expect(emulator.requests().map(({ at, answered }) => [at - T, answered])).toEqual([
        [999, 'AuthFailure.SecretIdNotFound'],
        [1000, 'raw'],
        [1999, 'raw'],
        [2000, 'RequestLimitExceeded'],
        [3000, 'drop'],
        [4000, 'InProgress'],
        [5000, 'Success'],
      ]);
    });
  });

  it('does not use up answers of a task, admissions, or the metadata endpoint', async () => {
    await withEmulator({ now: () => T, requestsPerSecond: 1 }, async (emulator) => {
      emulator.setTask('z-1', 't-1', { answers: [{ status: 'first' }, { status: 'second' }] });
      emulator.setMetadata({ role: 'worker' });
      emulator.setOutages([{ fromMs: T, toMs: T + 1, answer: { error: { code: 'InternalError' } } }]);
      expect((await call(emulator, { timestamp })).code).toBe('InternalError');
      expect((await send(emulator, { path: '/latest/meta-data/cam/security-credentials/' })).text).toBe('worker');
      emulator.setOutages([]);
      expect((await call(emulator, { timestamp })).code).toBe('first');
    });
  });
});
