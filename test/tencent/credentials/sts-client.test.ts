import { DEMO_ACCOUNT, startEmulator, type Emulator } from '../../../emulator';
import {
  createServerClock,
  createTransport,
  fixedCredentials,
  type IssuedCredentials,
  MissingCredentialsError,
  type Transport,
} from '../../../src/tencent';
import type { Notice } from '../../../src/tencent/notices';
import { createStsClient, type StsClient, type StsClientOptions } from '../../../src/tencent/sts-client';

const ARN = 'qcs::cam::uin/100000000001:roleName/follower';
const REQUEST = { roleArn: ARN, sessionName: 'provisioning-worker' };
const WEB_REQUEST = { ...REQUEST, providerId: 'tke', webIdentityToken: 'hidden-web-token' };
const BASE = fixedCredentials(DEMO_ACCOUNT);
const HOUR_MS = 3_600_000;

describe('the client of STS', () => {
  let emulator: Emulator;
  let transport: Transport;
  beforeEach(async () => {
    emulator = await startEmulator();
    emulator.setSts({ roles: [{ arn: ARN }] });
    transport = createTransport();
  });
  afterEach(() => Promise.all([emulator.close(), transport.close()]));

  function makeClient(options: Partial<StsClientOptions> = {}): StsClient {
    const clock = createServerClock(options.now ?? Date.now);
    return createStsClient({ endpoint: emulator.url, transport, clock, ...options });
  }
  const assume = (options?: Partial<StsClientOptions>): Promise<IssuedCredentials> =>
    makeClient(options).assumeRole(REQUEST, BASE);
  const failureOf = (promise: Promise<unknown>): Promise<Error> =>
    promise.then(
      () => Promise.reject(new Error('nothing was thrown')),
      (error: Error) => error,
    );

  it('assumes a role with a signed call', async () => {
    const key = await makeClient().assumeRole({ ...REQUEST, durationSeconds: 1_800, externalId: 'word' }, BASE);
    const [issued] = emulator.issued();
    const { secretId, secretKey, token } = issued ?? {};
    expect(key).toMatchObject({ secretId, secretKey, token });
    expect(Math.abs((key.expiresAtMs ?? 0) - (issued?.expiresAt ?? 0))).toBeLessThan(10_000);
    const [request] = emulator.requests();
    expect(request).toMatchObject({ action: 'AssumeRole', headers: { 'x-tc-region': 'ap-guangzhou' } });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      RoleArn: ARN,
      RoleSessionName: 'provisioning-worker',
      DurationSeconds: 1_800,
      ExternalId: 'word',
    });
  });

  it('assumes a role with a token, unsigned, in its region', async () => {
    emulator.setSts({ roles: [{ arn: ARN, webIdentityToken: 'hidden-web-token', providerId: 'tke' }] });
    const key = await makeClient({ region: 'ap-singapore' }).assumeRoleWithWebIdentity(WEB_REQUEST);
    expect(key.secretId).toBe(emulator.issued()[0]?.secretId);
    expect(emulator.requests()[0]?.headers).toMatchObject({ authorization: 'SKIP', 'x-tc-region': 'ap-singapore' });
  });

  it('counts the life of a key by the clock of STS, so that a wrong clock here does no harm', async () => {
    const now = (): number => Date.now() - 10 * 24 * HOUR_MS;
    const notices: Notice[] = [];
    const key = await assume({ now, notify: (notice) => notices.push(notice) });
    expect(Math.abs((key.expiresAtMs ?? 0) - now() - 2 * HOUR_MS)).toBeLessThan(10_000);
    expect(emulator.requests().map(({ answered }) => answered)).toEqual(['AuthFailure.SignatureExpire', 'Credentials']);
    expect(notices.map(({ kind }) => kind)).toEqual(['clockCorrected']);
  });

  it('sends a call once more only when the clock can be corrected', async () => {
    const error = { code: 'AuthFailure.SignatureExpire', message: 'Signature expired.' };
    emulator.setSts({ answers: [{ error }, { error }] });
    await expect(assume()).rejects.toMatchObject({ code: 'ClientError.CredentialsRefused' });
    expect(emulator.requests()).toHaveLength(2);
  });

  it.each([
    'ResourceNotFound.RoleNotFound',
    'AuthFailure.UnauthorizedOperation',
    'AuthFailure.SecretIdNotFound',
    'InvalidParameter.OverTimeError',
    'Nobody.KnowsThis',
  ])('takes %s for a matter of a person, and not for one of the task', async (code) => {
    emulator.setSts({ answers: [{ error: { code, message: 'The word of STS.' } }] });
    const error = await failureOf(assume());
    expect(error).toMatchObject({
      code: 'ClientError.CredentialsRefused',
      errorClass: 'needsPerson',
      httpStatus: 200,
      requestId: expect.stringMatching(/^[\da-f-]{36}$/) as unknown,
      cause: { code },
      message: expect.stringMatching(
        `^STS refused to assume role ${ARN}: ${code}: The word of STS\\. \\(request id [\\da-f-]{36}\\)$`,
      ) as unknown,
    });
  });

  it.each([
    ['InternalError', { error: { code: 'InternalError' } }],
    ['RequestLimitExceeded', { error: { code: 'RequestLimitExceeded' } }],
    ['ClientError.HttpStatus', { rawBody: '<html>503</html>', httpStatus: 503 }],
    ['ClientError.MalformedAnswer', { body: { Response: { RequestId: 'r' } } }],
    ['ClientError.MalformedAnswer', { body: { Response: { Credentials: { TmpSecretId: 'a' }, ExpiredTime: 1 } } }],
    ['ClientError.MalformedAnswer', { body: null }],
    ['ClientError.ConnectionReset', { drop: true }],
    ['ClientError.Timeout', { hang: true }],
  ])('takes %s for a hiccup, after which the next call succeeds', async (code, answer) => {
    emulator.setSts({ roles: [{ arn: ARN }], answers: [answer] });
    const client = makeClient(code === 'ClientError.Timeout' ? { deadlineMs: 1_000 } : {});
    await expect(client.assumeRole(REQUEST, BASE)).rejects.toMatchObject({
      code: 'ClientError.CredentialsUnavailable',
      errorClass: 'transient',
      cause: { code },
      message: expect.stringContaining(`STS gave no key for role ${ARN}: ${code}: `) as unknown,
    });
    await expect(client.assumeRole(REQUEST, BASE)).resolves.toHaveProperty('expiresAtMs');
  });

  it('passes a wait on that STS asks for', async () => {
    emulator.setSts({ answers: [{ rawBody: '', httpStatus: 503, headers: { 'Retry-After': '7' } }] });
    await expect(assume()).rejects.toMatchObject({ retryAfterSeconds: 7, httpStatus: 503 });
  });

  it('hides a token that a refusal quotes', async () => {
    const message = 'The token hidden-web-token is wrong.';
    emulator.setSts({ answers: [{ error: { code: 'InvalidParameter.WebIdentityTokenError', message } }] });
    const error = await failureOf(makeClient().assumeRoleWithWebIdentity(WEB_REQUEST));
    expect(error.message).toContain('The token … is wrong.');
    expect(error.cause).toBeUndefined();
  });

  it('renews the base key once when STS refuses it', async () => {
    const refused = { ...DEMO_ACCOUNT, secretKey: 'rotated' };
    const base = { ...fixedCredentials(refused), renew: () => Promise.resolve(DEMO_ACCOUNT) };
    await expect(makeClient().assumeRole(REQUEST, base)).resolves.toHaveProperty('token');
    expect(emulator.requests()).toHaveLength(2);
  });

  it('lets a failure of the base key out as it is', async () => {
    const missing = new MissingCredentialsError(['nothing is set']);
    const base = { ...BASE, get: () => Promise.reject(missing) };
    expect(await failureOf(makeClient().assumeRole(REQUEST, base))).toBe(missing);
  });
});
