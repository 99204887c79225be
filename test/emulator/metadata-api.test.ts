import { type Emulator } from '../../emulator';

import { call, type CallResult, send } from './signed-call';
import { withEmulator } from './with-emulator';

const T = 1_715_570_716_000;
const timestamp = T / 1000;
const PATH = '/latest/meta-data/cam/security-credentials/';

const get = (emulator: Emulator, path: string): Promise<CallResult> => send(emulator, { path: `${PATH}${path}` });

async function keyOf(emulator: Emulator): Promise<{ secretId: string; secretKey: string; token: string }> {
  const { text } = await get(emulator, 'worker');
  const { TmpSecretId, TmpSecretKey, Token } = JSON.parse(text) as Record<string, string>;
  return { secretId: TmpSecretId ?? '', secretKey: TmpSecretKey ?? '', token: Token ?? '' };
}

describe('metadata endpoint', () => {
  it('names the role and hands out its key', async () => {
    let now = T + 500;
    await withEmulator({ now: () => now }, async (emulator) => {
      emulator.setMetadata({ role: 'worker', lifetimeSeconds: 60 });
      const role = await get(emulator, '');
      expect(role).toMatchObject({ httpStatus: 200, text: 'worker' });
      expect(role.headers['content-type']).toBe('text/plain');
      const answer = await get(emulator, 'worker');
      expect(answer.headers['content-type']).toBe('application/json');
      expect(JSON.parse(answer.text)).toEqual({
        TmpSecretId: expect.stringMatching(/^AKID[\w-]{32}$/) as unknown,
        TmpSecretKey: expect.stringMatching(/^[\w-]{32}$/) as unknown,
        Token: expect.stringMatching(/^[\w-]{128}$/) as unknown,
        ExpiredTime: timestamp + 60,
        Expiration: '2024-05-13T03:26:16Z',
        Code: 'Success',
      });
      const key = { ...(await keyOf(emulator)), timestamp };
      expect((await call(emulator, key)).code).toBe('Success');
      now = T + 60_000;
      expect((await call(emulator, key)).code).toBe('AuthFailure.TokenFailure');
    });
  });

  it('records its calls as metadata', async () => {
    await withEmulator({ now: () => T }, async (emulator) => {
      await get(emulator, '');
      emulator.setMetadata({ role: 'worker' });
      await get(emulator, '');
      await get(emulator, 'worker');
      await call(emulator, { timestamp });
      const metadata = emulator.requests().filter(({ action }) => action === 'metadata');
      expect(metadata.map(({ at, answered }) => [at, answered])).toEqual([
        [T, 'NotFound'],
        [T, 'role'],
        [T, 'Credentials'],
      ]);
    });
  });

  it('hands out the same key until it has ended, by default after two hours', async () => {
    let now = T;
    await withEmulator({ now: () => now }, async (emulator) => {
      emulator.setMetadata({ role: 'worker' });
      const first = await keyOf(emulator);
      now = T + 7_199_999;
      expect(await keyOf(emulator)).toEqual(first);
      now = T + 7_200_000;
      expect(await keyOf(emulator)).not.toEqual(first);
      expect(emulator.issued().map(({ expiresAt }) => expiresAt - T)).toEqual([7_200_000, 14_400_000]);
    });
  });

  it('renews as early as told; the old key lives on', async () => {
    let now = T;
    await withEmulator({ now: () => now }, async (emulator) => {
      emulator.setMetadata({ role: 'worker', lifetimeSeconds: 60, renewBeforeSeconds: 20 });
      const first = await keyOf(emulator);
      now = T + 39_999;
      expect(await keyOf(emulator)).toEqual(first);
      now = T + 40_000;
      const second = await keyOf(emulator);
      expect(second).not.toEqual(first);
      expect(await keyOf(emulator)).toEqual(second);
      expect((await call(emulator, { ...first, timestamp })).code).toBe('Success');
    });
  });

  it('follows the clock that the cloud shows, and renews when it is set again', async () => {
    await withEmulator({ now: () => T }, async (emulator) => {
      emulator.setMetadata({ role: 'worker', lifetimeSeconds: 60 });
      const first = await keyOf(emulator);
      emulator.setClockOffset(60_000);
      const second = await keyOf(emulator);
      expect(second).not.toEqual(first);
      emulator.setMetadata({ role: 'worker', lifetimeSeconds: 60 });
      expect(await keyOf(emulator)).not.toEqual(second);
      expect(emulator.issued().map(({ expiresAt }) => expiresAt - T)).toEqual([60_000, 120_000, 120_000]);
    });
  });

  it('gives keys the permissions of the role', async () => {
    await withEmulator({ now: () => T }, async (emulator) => {
      emulator.setMetadata({ role: 'worker', actions: [] });
      const code = 'AuthFailure.UnauthorizedOperation';
      expect(await call(emulator, { ...(await keyOf(emulator)), timestamp })).toMatchObject({ code });
    });
  });

  it('gives scripted answers first, one per call of either path', async () => {
    await withEmulator({ now: () => T }, async (emulator) => {
      const answers = [{ httpStatus: 500, rawBody: '' }, { body: { Code: 'Failed' } }, { drop: true }];
      emulator.setMetadata({ role: 'worker', answers });
      expect(await get(emulator, 'other')).toMatchObject({ httpStatus: 404 });
      expect(await get(emulator, '')).toMatchObject({ httpStatus: 500, text: '' });
      expect(await get(emulator, 'worker')).toMatchObject({ httpStatus: 200, text: '{"Code":"Failed"}' });
      await expect(get(emulator, 'worker')).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect(emulator.issued()).toEqual([]);
      expect((await get(emulator, '')).text).toBe('worker');
    });
  });

  it('answers 404 without a role, for another role, path or method', async () => {
    await withEmulator({}, async (emulator) => {
      expect(await get(emulator, '')).toMatchObject({ httpStatus: 404 });
      emulator.setMetadata({ role: 'worker' });
      expect(await get(emulator, 'other')).toMatchObject({ httpStatus: 404 });
      expect(await send(emulator, { path: '/latest/meta-data/instance-id' })).toMatchObject({ httpStatus: 404 });
      expect(await send(emulator, { method: 'POST', path: PATH })).toMatchObject({ httpStatus: 404 });
      emulator.setMetadata(undefined);
      expect(await get(emulator, 'worker')).toMatchObject({ httpStatus: 404 });
      expect(emulator.issued()).toEqual([]);
    });
  });
});
