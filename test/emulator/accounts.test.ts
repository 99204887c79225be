import { DEMO_ACCOUNT } from '../../emulator';

import { call } from './signed-call';
import { withEmulator } from './with-emulator';

describe('keys', () => {
  it('refuses a temporary key from the moment when it expires', async () => {
    let now = 1_715_570_716_000;
    const timestamp = now / 1000;
    const accounts = [{ ...DEMO_ACCOUNT, token: 'tok', expiresAt: now + 2000 }];
    await withEmulator({ now: () => now, accounts }, async (emulator) => {
      now += 1999;
      expect((await call(emulator, { token: 'tok', timestamp })).code).toBe('Success');
      now += 1;
      expect(await call(emulator, { token: 'tok', timestamp })).toMatchObject({
        code: 'AuthFailure.TokenFailure',
        message: 'The token has expired.',
      });
      expect(emulator.requests()[1]).toMatchObject({ answered: 'AuthFailure.TokenFailure' });
    });
  });

  it('does not know a disabled key', async () => {
    await withEmulator({ accounts: [{ ...DEMO_ACCOUNT, disabled: true }] }, async (emulator) => {
      expect((await call(emulator)).code).toBe('AuthFailure.SecretIdNotFound');
      emulator.setAccounts([{ ...DEMO_ACCOUNT, disabled: false }]);
      expect((await call(emulator)).code).toBe('Success');
    });
  });

  it('names the operation that a key lacks', async () => {
    const accounts = [{ ...DEMO_ACCOUNT, actions: ['AssumeRole'] }];
    await withEmulator({ accounts }, async (emulator) => {
      expect(await call(emulator)).toMatchObject({
        httpStatus: 200,
        code: 'AuthFailure.UnauthorizedOperation',
        message:
          'you are not authorized to perform operation (organization:GetProvisioningTaskStatus)\n' +
          'resource (*) has no permission\n',
      });
      emulator.setAccounts([{ ...DEMO_ACCOUNT, actions: ['GetProvisioningTaskStatus'] }]);
      expect((await call(emulator)).code).toBe('Success');
      expect((await call(emulator, { action: 'AssumeRole' })).message).toContain('(sts:AssumeRole)');
    });
  });

  it('rotates: the old key is unknown at once', async () => {
    const next = { secretId: 'AKIDnext', secretKey: 'k2' };
    await withEmulator({}, async (emulator) => {
      emulator.setAccounts([DEMO_ACCOUNT, next]);
      expect((await call(emulator)).code).toBe('Success');
      expect((await call(emulator, next)).code).toBe('Success');
      emulator.setAccounts([next]);
      expect((await call(emulator)).code).toBe('AuthFailure.SecretIdNotFound');
      expect((await call(emulator, next)).code).toBe('Success');
    });
  });

  it('checks key, clock, signature, token, permission, rate and parameters in this order', async () => {
    const now = Date.now();
    const timestamp = Math.floor(now / 1000);
    const faulty = { ...DEMO_ACCOUNT, token: 'tok', expiresAt: now + 1, disabled: true, actions: [] as string[] };
    await withEmulator({ now: () => now, accounts: [faulty], requestsPerSecond: 0 }, async (emulator) => {
      const wrong = { body: '{}', timestamp: timestamp - 400, secretKey: 'wrong' };
      expect((await call(emulator, wrong)).code).toBe('AuthFailure.SecretIdNotFound');
      emulator.setAccounts([{ ...faulty, disabled: false }]);
      expect((await call(emulator, wrong)).code).toBe('AuthFailure.SignatureExpire');
      expect((await call(emulator, { ...wrong, timestamp })).code).toBe('AuthFailure.SignatureFailure');
      const signed = { body: '{}', timestamp };
      expect((await call(emulator, signed)).code).toBe('AuthFailure.TokenFailure');
      expect((await call(emulator, { ...signed, token: 'tok' })).code).toBe('AuthFailure.UnauthorizedOperation');
      emulator.setAccounts([{ ...DEMO_ACCOUNT }]);
      expect((await call(emulator, signed)).code).toBe('RequestLimitExceeded');
    });
    await withEmulator({ now: () => now }, async (emulator) => {
      expect((await call(emulator, { body: '{}', timestamp })).code).toBe('MissingParameter');
    });
  });
});
