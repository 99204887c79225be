import { DEMO_ACCOUNT, type Emulator } from '../../emulator';

import { call, type CallChanges, type CallResult } from './signed-call';
import { withEmulator } from './with-emulator';

const T = 1_715_570_716_000;
const timestamp = T / 1000;
const ARN = 'qcs::cam::uin/100000000001:roleName/worker';

type Fields = Record<string, unknown>;

function assume(emulator: Emulator, fields: Fields = {}, changes: CallChanges = {}): Promise<CallResult> {
  return call(emulator, {
    action: 'AssumeRole',
    timestamp,
    body: JSON.stringify({ RoleArn: ARN, RoleSessionName: 'session', ...fields }),
    ...changes,
    headers: { 'X-TC-Region': 'ap-guangzhou', ...changes.headers },
  });
}

function assumeByToken(emulator: Emulator, fields: Fields = {}, changes: CallChanges = {}): Promise<CallResult> {
  return assume(
    emulator,
    { WebIdentityToken: 'jwt', ProviderId: 'oidc', ...fields },
    {
      action: 'AssumeRoleWithWebIdentity',
      ...changes,
      headers: { Authorization: 'SKIP', 'X-TC-Timestamp': undefined, ...changes.headers },
    },
  );
}

function keyOf({ response }: CallResult): { secretId: string; secretKey: string; token: string } {
  const { TmpSecretId = '', TmpSecretKey = '', Token = '' } = response.Credentials ?? {};
  return { secretId: TmpSecretId, secretKey: TmpSecretKey, token: Token };
}

describe('AssumeRole', () => {
  it('issues a key that works with its token until it expires', async () => {
    let now = T + 900;
    await withEmulator({ now: () => now }, async (emulator) => {
      emulator.setSts({ roles: [{ arn: ARN }] });
      const result = await assume(emulator, { DurationSeconds: 60, ExternalId: 'e', Policy: '{}' });
      expect(result.httpStatus).toBe(200);
      expect(result.response).toEqual({
        Credentials: {
          TmpSecretId: expect.stringMatching(/^AKID[\w-]{32}$/) as unknown,
          TmpSecretKey: expect.stringMatching(/^[\w-]{32}$/) as unknown,
          Token: expect.stringMatching(/^[\w-]{128}$/) as unknown,
        },
        ExpiredTime: timestamp + 60,
        Expiration: '2024-05-13T03:26:16Z',
        RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      });
      const key = { ...keyOf(result), timestamp };
      expect((await call(emulator, key)).code).toBe('Success');
      expect((await call(emulator, { ...key, token: 'other' })).code).toBe('AuthFailure.TokenFailure');
      now = T + 59_999;
      expect((await call(emulator, key)).code).toBe('Success');
      now = T + 60_000;
      expect((await call(emulator, key)).code).toBe('AuthFailure.TokenFailure');
      expect(emulator.issued()).toEqual([{ ...keyOf(result), expiresAt: T + 60_000 }]);
      expect(emulator.requests()[0]).toMatchObject({ action: 'AssumeRole', answered: 'Credentials' });
    });
  });

  it('lasts 7200 s by default, or as long as the role says, by the clock that the cloud shows', async () => {
    await withEmulator({ now: () => T }, async (emulator) => {
      emulator.setSts({ roles: [{ arn: ARN }, { arn: 'short', lifetimeSeconds: 5 }] });
      expect((await assume(emulator)).response.ExpiredTime).toBe(timestamp + 7200);
      expect((await assume(emulator, { DurationSeconds: null })).response.ExpiredTime).toBe(timestamp + 7200);
      expect((await assume(emulator, { DurationSeconds: 43_200 })).response.ExpiredTime).toBe(timestamp + 43_200);
      emulator.setClockOffset(-100_000);
      expect((await assume(emulator, { RoleArn: 'short', DurationSeconds: 60 })).response).toMatchObject({
        ExpiredTime: timestamp - 95,
        Expiration: '2024-05-13T03:23:41Z',
      });
    });
  });

  it('issues another key each time, with the permissions of the role', async () => {
    await withEmulator({ now: () => T }, async (emulator) => {
      emulator.setSts({ roles: [{ arn: ARN, actions: ['AssumeRole'] }] });
      const keys = [keyOf(await assume(emulator)), keyOf(await assume(emulator))];
      expect(new Set(keys.flatMap((key) => Object.values(key))).size).toBe(6);
      expect(emulator.issued()).toMatchObject(keys);
      expect((await call(emulator, { ...keys[0], timestamp })).code).toBe('AuthFailure.UnauthorizedOperation');
      expect((await assume(emulator, {}, keys[1])).httpStatus).toBe(200);
    });
  });

  it('lets a configured key of the same id decide, and else keeps issued keys', async () => {
    await withEmulator({ now: () => T }, async (emulator) => {
      emulator.setSts({ roles: [{ arn: ARN }] });
      const key = keyOf(await assume(emulator));
      emulator.setAccounts([]);
      expect((await call(emulator, { ...key, timestamp })).code).toBe('Success');
      emulator.setAccounts([{ ...key, disabled: true }]);
      expect((await call(emulator, { ...key, timestamp })).code).toBe('AuthFailure.SecretIdNotFound');
    });
  });

  it.each<[string, Fields, CallChanges, string]>([
    ['the service of another product', {}, { service: 'organization' }, 'AuthFailure.SignatureFailure'],
    ['an unsigned call', {}, { headers: { Authorization: 'SKIP' } }, 'AuthFailure.InvalidAuthorization'],
    ['another version', {}, { headers: { 'X-TC-Version': '2021-03-31' } }, 'NoSuchVersion'],
    ['an unknown key', {}, { secretId: 'AKIDother' }, 'AuthFailure.SecretIdNotFound'],
    ['no region', {}, { headers: { 'X-TC-Region': undefined } }, 'MissingParameter'],
    ['no role', { RoleArn: undefined }, {}, 'MissingParameter'],
    ['no session name', { RoleSessionName: undefined }, {}, 'MissingParameter'],
    ['an unknown parameter', { WebIdentityToken: 'jwt' }, {}, 'UnknownParameter'],
    ['a role of another type', { RoleArn: 1 }, {}, 'InvalidParameter'],
    ['a policy of another type', { Policy: {} }, {}, 'InvalidParameter'],
    ['a duration that is no integer', { DurationSeconds: '60' }, {}, 'InvalidParameter'],
    ['a session name of one character', { RoleSessionName: 'a' }, {}, 'InvalidParameter.ParamError'],
    ['a session name of 129 characters', { RoleSessionName: 'a'.repeat(129) }, {}, 'InvalidParameter.ParamError'],
    ['a session name with a space', { RoleSessionName: 'a b' }, {}, 'InvalidParameter.ParamError'],
    ['a duration of 0', { DurationSeconds: 0 }, {}, 'InvalidParameter.OverTimeError'],
    ['a duration over 12 hours', { DurationSeconds: 43_201 }, {}, 'InvalidParameter.OverTimeError'],
    ['an unknown role', { RoleArn: 'other' }, {}, 'ResourceNotFound.RoleNotFound'],
  ])('refuses %s', async (_name, fields, changes, code) => {
    await withEmulator({ now: () => T }, async (emulator) => {
      emulator.setSts({ roles: [{ arn: ARN }] });
      expect(await assume(emulator, fields, changes)).toMatchObject({ code, httpStatus: 200 });
      expect(emulator.requests()[0]).toMatchObject({ answered: code });
      expect(emulator.issued()).toEqual([]);
    });
  });

  it('names the region as the missing parameter, and knows no role by itself', async () => {
    await withEmulator({ now: () => T }, async (emulator) => {
      const { message } = await assume(emulator, {}, { headers: { 'X-TC-Region': undefined } });
      expect(message).toContain('`Region`');
      expect((await assume(emulator)).code).toBe('ResourceNotFound.RoleNotFound');
    });
  });

  it('gives scripted answers first, one per verified call', async () => {
    await withEmulator({ now: () => T }, async (emulator) => {
      const html = '<html>503</html>';
      emulator.setSts({
        roles: [{ arn: ARN }],
        answers: [{ httpStatus: 503, rawBody: html }, { error: { code: 'InternalError.SystemError' } }, { cut: true }],
      });
      expect((await assume(emulator, {}, { secretKey: 'wrong' })).code).toBe('AuthFailure.SignatureFailure');
      expect(await assume(emulator)).toMatchObject({ httpStatus: 503, text: html });
      expect((await assume(emulator)).code).toBe('InternalError.SystemError');
      expect(emulator.issued()).toEqual([]);
      await expect(assume(emulator)).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect(emulator.issued()).toHaveLength(1);
      expect(keyOf(await assume(emulator)).secretId).not.toBe('');
      emulator.setSts({ answers: [{ error: { code: 'InternalError' } }] });
      expect((await assume(emulator)).code).toBe('InternalError');
      expect((await assume(emulator)).code).toBe('ResourceNotFound.RoleNotFound');
    });
  });
});

describe('AssumeRoleWithWebIdentity', () => {
  it('issues a key for a token without a signature', async () => {
    await withEmulator({ now: () => T, accounts: [] }, async (emulator) => {
      emulator.setSts({ roles: [{ arn: ARN, webIdentityToken: 'jwt', providerId: 'oidc', lifetimeSeconds: 60 }] });
      const result = await assumeByToken(emulator);
      expect(result.response).toMatchObject({ ExpiredTime: timestamp + 60, Expiration: '2024-05-13T03:26:16Z' });
      expect((await call(emulator, { ...keyOf(result), timestamp })).code).toBe('Success');
      expect(emulator.requests()[0]).toMatchObject({ action: 'AssumeRoleWithWebIdentity', answered: 'Credentials' });
    });
  });

  it('accepts any token and provider for a role that names none', async () => {
    await withEmulator({ now: () => T }, async (emulator) => {
      emulator.setSts({ roles: [{ arn: ARN }] });
      expect((await assumeByToken(emulator, { WebIdentityToken: 'x', ProviderId: 'y' })).response).toHaveProperty(
        'Credentials',
      );
    });
  });

  it.each<[string, Fields, CallChanges, string]>([
    ['a signature', {}, { headers: { Authorization: 'TC3-HMAC-SHA256 x' } }, 'AuthFailure.InvalidAuthorization'],
    ['no authorization', {}, { headers: { Authorization: undefined } }, 'AuthFailure.InvalidAuthorization'],
    ['another token', { WebIdentityToken: 'old' }, {}, 'InvalidParameter.WebIdentityTokenError'],
    ['another provider', { ProviderId: 'other' }, {}, 'InvalidParameter.WebIdentityTokenError'],
    ['no token', { WebIdentityToken: undefined }, {}, 'MissingParameter'],
    ['no provider', { ProviderId: undefined }, {}, 'MissingParameter'],
    ['no region', {}, { headers: { 'X-TC-Region': undefined } }, 'MissingParameter'],
    ['an unknown parameter', { ExternalId: 'e' }, {}, 'UnknownParameter'],
    ['a wrong session name', { RoleSessionName: '' }, {}, 'InvalidParameter.ParamError'],
    ['an unknown role', { RoleArn: 'other' }, {}, 'ResourceNotFound.RoleNotFound'],
  ])('refuses %s', async (_name, fields, changes, code) => {
    await withEmulator({ now: () => T }, async (emulator) => {
      emulator.setSts({ roles: [{ arn: ARN, webIdentityToken: 'jwt', providerId: 'oidc' }] });
      expect((await assumeByToken(emulator, fields, changes)).code).toBe(code);
      expect(emulator.issued()).toEqual([]);
    });
  });

  it('holds to its own published limit and to that of the address', async () => {
    await withEmulator({ now: () => T }, async (emulator) => {
      for (let i = 0; i < 20; i++) expect((await assumeByToken(emulator)).code).toBe('ResourceNotFound.RoleNotFound');
      expect((await assumeByToken(emulator)).code).toBe('RequestLimitExceeded');
      expect((await call(emulator, { ...DEMO_ACCOUNT, timestamp })).code).toBe('Success');
    });
    await withEmulator({ now: () => T, ipRequestsPerSecond: 0 }, async (emulator) => {
      expect((await assumeByToken(emulator)).code).toBe('RequestLimitExceeded.IPLimitExceeded');
    });
  });
});
