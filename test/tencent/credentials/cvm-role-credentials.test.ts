import { startEmulator, type Answer, type Emulator } from '../../../emulator';
import { createTransport, type CredentialProvider, type Transport } from '../../../src/tencent';
import { createCvmRoleProvider, type CvmRoleOptions } from '../../../src/tencent/credentials/cvm-role-credentials';
import { answerJson, startFakeServer } from '../fake-server';

const HOUR_MS = 3_600_000;

describe('the role of this machine', () => {
  let emulator: Emulator;
  let transport: Transport;
  beforeEach(async () => {
    emulator = await startEmulator();
    emulator.setMetadata({ role: 'follower' });
    transport = createTransport();
  });
  afterEach(() => Promise.all([emulator.close(), transport.close()]));

  function makeProvider(options: Partial<CvmRoleOptions> = {}): CredentialProvider {
    return createCvmRoleProvider({ env: {}, metadataEndpoint: emulator.url, transport, ...options });
  }
  /** Answers that never end are cut soon. */
  function makeProviderFor(answer: Answer): CredentialProvider {
    return makeProvider(answer.hang || answer.stall ? { deadlineMs: 1_000 } : {});
  }
  const answers = (): unknown[] => emulator.requests().map(({ answered }) => answered);

  it('gives keys, and is asked for its name once', async () => {
    const provider = makeProvider();
    const key = await provider.issue();
    const { secretId, secretKey, token } = emulator.issued()[0] ?? {};
    expect(key).toMatchObject({ secretId, secretKey, token });
    expect(Math.abs((key.expiresAtMs ?? 0) - Date.now() - 2 * HOUR_MS)).toBeLessThan(10_000);
    await provider.issue();
    expect(answers()).toEqual(['role', 'Credentials', 'Credentials']);
  });

  it('is not asked for its name when that is set', async () => {
    const provider = makeProvider({ env: { TENCENTCLOUD_CAM_ROLE_NAME: 'follower' } });
    await provider.issue();
    expect(answers()).toEqual(['Credentials']);
    expect(provider.description).toBe('the role follower of this machine');
  });

  it.each([{}, { TENCENTCLOUD_CAM_ROLE_NAME: 'a+b@c' }])('is asked for by its escaped name with %o', async (env) => {
    const key = { TmpSecretId: 'id', TmpSecretKey: 'key', Token: 'token', ExpiredTime: 4_102_444_800 };
    const fake = await startFakeServer((response, { url = '' }) => {
      if (url.endsWith('/')) response.end('a+b@c');
      else answerJson(response, { Code: 'Success', ...key });
    });
    try {
      const provider = createCvmRoleProvider({ env, metadataEndpoint: fake.endpoint, transport });
      await expect(provider.issue()).resolves.toMatchObject({ secretId: 'id', secretKey: 'key', token: 'token' });
      expect(fake.received.at(-1)?.url).toBe('/latest/meta-data/cam/security-credentials/a%2Bb%40c');
    } finally {
      await fake.close();
    }
  });

  it('gives keys whose life does not depend on the clock here', async () => {
    const now = (): number => Date.now() + 5 * HOUR_MS;
    const { expiresAtMs = 0 } = await makeProvider({ now }).issue();
    expect(Math.abs(expiresAtMs - now() - 2 * HOUR_MS)).toBeLessThan(10_000);
  });

  it('is found anew once another role is bound', async () => {
    const provider = makeProvider();
    await provider.issue();
    emulator.setMetadata({ role: 'other' });
    await expect(provider.issue()).rejects.toThrow('knows no such role (HTTP 404)');
    await provider.issue();
    expect(answers()).toEqual(['role', 'Credentials', 'NotFound', 'role', 'Credentials']);
  });

  it.each([
    [{ hang: true }, 'The call was cut after 1000 ms, while waiting for the answer of '],
    [{ stall: 'body' as const }, 'The call was cut after 1000 ms, while reading the body from '],
    [{ httpStatus: 500, rawBody: '' }, 'HTTP 500'],
    [{ rawBody: '<html>Sign in</html>' }, 'its answer is not the name of a role'],
  ])('is asked again after an answer like %j to its name', async (answer, fault) => {
    emulator.setMetadata({ role: 'follower', answers: [answer] });
    const provider = makeProviderFor(answer);
    await expect(provider.issue()).rejects.toMatchObject({
      code: 'ClientError.CredentialsUnavailable',
      message: expect.stringContaining(
        `The metadata endpoint 127.0.0.1:${emulator.port} gave no key: ${fault}`,
      ) as unknown,
    });
    await expect(provider.issue()).resolves.toHaveProperty('token');
  });

  it.each([
    [{ body: { Code: 'InternalError' } }, 'its answer has the code InternalError and not Success'],
    [{ body: {} }, 'its answer has no code and not Success'],
    [{ body: { Code: 'Success', TmpSecretId: 'a' } }, 'its answer has no whole key with its end'],
    [{ rawBody: 'hidden' }, 'its answer is not JSON'],
    [{ hang: true }, 'cut after 1000 ms'],
  ])('gives no key from an answer like %j, and never quotes it', async (answer, fault) => {
    emulator.setMetadata({ role: 'follower', answers: [{}, answer] });
    const provider = makeProviderFor(answer);
    const error = await provider.issue().then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error?.message).toContain(fault);
    expect(error?.message).not.toContain('hidden');
    await expect(provider.issue()).resolves.toHaveProperty('token');
  });
});
