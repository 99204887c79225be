import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { DEMO_ACCOUNT, startEmulator, type Emulator } from '../../../emulator';
import {
  createCredentialChain,
  createServerClock,
  createTransport,
  hasCredentialSettings,
  type CredentialChainOptions,
  type CredentialSource,
  type Transport,
} from '../../../src/tencent';
import type { Notice } from '../../../src/tencent/notices';
import { answerJson, startFakeServer } from '../fake-server';
import { makeHome, type HomeFolder } from './home-folder';

const ARN = 'qcs::cam::uin/100000000001:roleName/follower';
const KEY = { TENCENTCLOUD_SECRET_ID: DEMO_ACCOUNT.secretId, TENCENTCLOUD_SECRET_KEY: DEMO_ACCOUNT.secretKey };
const SHARED = '[default]\nsecret_id = a\nsecret_key = b\n';

describe('the chain of credentials', () => {
  let home: HomeFolder;
  let emulator: Emulator;
  let transport: Transport;
  let tke: Record<string, string>;
  let clockMs: number;
  let notices: Notice[];
  beforeEach(async () => {
    home = makeHome();
    clockMs = Date.now();
    emulator = await startEmulator({ now: () => clockMs });
    transport = createTransport();
    notices = [];
    tke = {
      TKE_REGION: 'ap-singapore',
      TKE_PROVIDER_ID: 'tke',
      TKE_WEB_IDENTITY_TOKEN_FILE: home.write('web-token', 'first\n'),
      TKE_ROLE_ARN: ARN,
    };
  });
  afterEach(async () => {
    await Promise.all([emulator.close(), transport.close()]);
    home.remove();
  });

  function makeChain(env: Record<string, string>, options: Partial<CredentialChainOptions> = {}): CredentialSource {
    const now = (): number => clockMs;
    return createCredentialChain({
      env,
      homeDir: home.path,
      stsEndpoint: emulator.url,
      metadataEndpoint: emulator.url,
      transport,
      directTransport: transport,
      clock: createServerClock(now),
      now,
      notify: (notice) => notices.push(notice),
      ...options,
    });
  }
  const actions = (): unknown[] => emulator.requests().map(({ action }) => action);
  const messageOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => Promise.reject(new Error('nothing was thrown')),
      (error: Error) => error.message,
    );

  it('takes the first place that is configured: program, environment, file, pod, machine', async () => {
    emulator.setSts({ roles: [{ arn: ARN }] });
    emulator.setMetadata({ role: 'follower' });
    const explicit = { secretId: 'x', secretKey: 'y' };
    const path = home.writeShared(SHARED);
    const all = { ...KEY, ...tke };
    const cases: [CredentialSource, object, string][] = [
      [makeChain(all, { explicit }), explicit, 'a given key'],
      [makeChain(all), { secretId: DEMO_ACCOUNT.secretId }, 'the environment'],
      [makeChain(tke), { secretId: 'a', secretKey: 'b' }, `the credentials file ${path}`],
    ];
    for (const [chain, key, description] of cases) {
      expect(await chain.get()).toMatchObject(key);
      expect(chain.description).toBe(description);
    }
    expect(actions()).toEqual([]);
    rmSync(path);
    const pod = makeChain(tke);
    await pod.get();
    expect(pod.description).toBe('the OIDC token of the pod');
    expect(actions()).toEqual(['AssumeRoleWithWebIdentity']);
    const machine = makeChain({});
    expect(machine.description).toBe('the first source that has one');
    await machine.get();
    expect(machine.description).toBe('the role of this machine');
    expect(actions()).toEqual(['AssumeRoleWithWebIdentity', 'metadata', 'metadata']);
  });

  it('looks only at the place that is pinned', async () => {
    home.writeShared(SHARED);
    expect(await makeChain(KEY, { sourceName: 'shared-file' }).get()).toMatchObject({ secretId: 'a' });
    expect(await messageOf(makeChain({}, { sourceName: 'environment' }).get())).toBe(
      'No Tencent Cloud credentials: TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY are not set',
    );
    expect(await messageOf(makeChain(KEY, { sourceName: 'tke-oidc' }).get())).toBe(
      'No Tencent Cloud credentials: TKE_REGION, TKE_PROVIDER_ID, TKE_WEB_IDENTITY_TOKEN_FILE and TKE_ROLE_ARN are not set',
    );
    const machine = makeChain(KEY, { sourceName: 'cvm-role' });
    await expect(machine.get()).rejects.toMatchObject({ code: 'ClientError.MissingCredentials' });
    expect(actions()).toEqual(['metadata']);
  });

  it('never turns to another identity because the first is broken', async () => {
    emulator.setMetadata({ role: 'follower' });
    const { TKE_REGION, TKE_PROVIDER_ID } = tke as Record<'TKE_REGION' | 'TKE_PROVIDER_ID', string>;
    const missing = join(home.path, 'missing');
    const faults = [
      messageOf(makeChain({ ...tke, TENCENTCLOUD_SECRET_ID: 'id' }).get()),
      messageOf(makeChain({ TKE_REGION, TKE_PROVIDER_ID }).get()),
      messageOf(makeChain({ ...tke, TENCENTCLOUD_CREDENTIALS_FILE: missing }).get()),
      messageOf(makeChain({ TENCENTCLOUD_CREDENTIALS_FILE: home.path }).get()),
      messageOf(makeChain({ TENCENTCLOUD_CAM_ROLE_NAME: 'other' }).get()),
    ];
    expect(await Promise.all(faults)).toEqual([
      'No Tencent Cloud credentials: the environment has TENCENTCLOUD_SECRET_ID but no TENCENTCLOUD_SECRET_KEY',
      'No Tencent Cloud credentials: the environment has TKE_REGION and TKE_PROVIDER_ID but no TKE_WEB_IDENTITY_TOKEN_FILE and TKE_ROLE_ARN',
      `No Tencent Cloud credentials: TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY are not set; ${missing} does not exist or has no key under [default]`,
      `Cannot read the credentials file ${home.path} (EISDIR)`,
      `No Tencent Cloud credentials: the metadata endpoint 127.0.0.1:${emulator.port} knows no such role (HTTP 404)`,
    ]);
    expect(emulator.issued()).toEqual([]);
  });

  it('stays with its place when that fails later', async () => {
    const path = home.writeShared(SHARED);
    const chain = makeChain({});
    const key = await chain.get();
    emulator.setMetadata({ role: 'follower' });
    rmSync(path);
    expect(await chain.get()).toEqual(key);
    expect(notices).toMatchObject([{ kind: 'credentialsNotRenewed', source: `the credentials file ${path}` }]);
    home.writeShared('[default]\nsecret_id = c\nsecret_key = d\n');
    expect(await chain.get()).toEqual({ secretId: 'c', secretKey: 'd' });
    expect(actions()).toEqual([]);
  });

  it('takes a machine that answers with a fault for one that has a key', async () => {
    emulator.setMetadata({ role: 'follower', answers: [{ httpStatus: 503, rawBody: '' }] });
    const chain = makeChain({});
    await expect(chain.get()).rejects.toMatchObject({
      code: 'ClientError.CredentialsUnavailable',
      message: `The metadata endpoint 127.0.0.1:${emulator.port} gave no key: HTTP 503`,
    });
    const { secretId } = await chain.get();
    expect(secretId).toBe(emulator.issued()[0]?.secretId);
  });

  it('names every place when none has a key, and looks again the next time', async () => {
    const chain = makeChain({});
    const error: unknown = await chain.get().catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: 'MissingCredentialsError',
      tried: [
        'TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY are not set',
        `${home.path}/.tencentcloud/credentials does not exist or has no key under [default]`,
        '/etc/tencentcloud/credentials does not exist or has no key under [default]',
        'TKE_REGION, TKE_PROVIDER_ID, TKE_WEB_IDENTITY_TOKEN_FILE and TKE_ROLE_ARN are not set',
        `this machine has no role (the metadata endpoint 127.0.0.1:${emulator.port} knows no such role (HTTP 404))`,
      ],
    });
    home.writeShared(SHARED);
    expect(await chain.get()).toEqual({ secretId: 'a', secretKey: 'b' });
  });

  it('checks what a place has', async () => {
    const env = { ...KEY, TENCENTCLOUD_SECRET_KEY: 'two words' };
    await expect(makeChain(env).get()).rejects.toMatchObject({ code: 'ClientError.MalformedCredentials' });
  });

  it('reads the token of the pod anew for each key', async () => {
    emulator.setSts({ roles: [{ arn: ARN, webIdentityToken: 'first', providerId: 'tke', lifetimeSeconds: 3_600 }] });
    const chain = makeChain(tke);
    const key = await chain.get();
    home.write('web-token', 'second');
    emulator.setSts({ roles: [{ arn: ARN, webIdentityToken: 'second', providerId: 'tke' }] });
    clockMs += 3_600_000;
    expect((await chain.get()).secretId).not.toBe(key.secretId);
    expect(notices.map(({ kind }) => kind)).toEqual(['credentialsRenewed']);
  });

  describe('with TENCENTCLOUD_ROLE_ARN', () => {
    const ROLE = { ...KEY, TENCENTCLOUD_ROLE_ARN: ARN };

    it('assumes the role as it is told', async () => {
      emulator.setSts({ roles: [{ arn: ARN }] });
      const settings = {
        TENCENTCLOUD_ROLE_SESSION_NAME: 'me@there',
        TENCENTCLOUD_ROLE_SESSION_DURATION: '900',
        TENCENTCLOUD_ROLE_EXTERNAL_ID: 'word',
      };
      const chain = makeChain({ ...ROLE, ...settings }, { region: 'ap-singapore' });
      expect(await chain.get()).toMatchObject({ secretId: emulator.issued()[0]?.secretId });
      const [request] = emulator.requests();
      expect(request?.headers).toMatchObject({ 'x-tc-region': 'ap-singapore' });
      expect(JSON.parse(request?.body ?? '')).toEqual({
        RoleArn: ARN,
        RoleSessionName: 'me@there',
        DurationSeconds: 900,
        ExternalId: 'word',
      });
      expect(chain.description).toBe(`role ${ARN} through STS with the key from the environment`);
    });

    it.each([
      [{ TENCENTCLOUD_ROLE_SESSION_NAME: 'two words' }, 'TENCENTCLOUD_ROLE_SESSION_NAME must be 2 to 128 letters'],
      [{ TENCENTCLOUD_ROLE_SESSION_DURATION: '43201' }, 'TENCENTCLOUD_ROLE_SESSION_DURATION must be whole seconds'],
      [{ TENCENTCLOUD_ROLE_SESSION_DURATION: '1h' }, 'TENCENTCLOUD_ROLE_SESSION_DURATION must be whole seconds'],
    ])('refuses %j', async (settings, message) => {
      expect(await messageOf(makeChain({ ...ROLE, ...settings }).get())).toContain(message);
      expect(actions()).toEqual([]);
    });

    it('asks STS once for 200 callers at the end of a key', async () => {
      emulator.setSts({ roles: [{ arn: ARN }] });
      const chain = makeChain(ROLE);
      await chain.get();
      clockMs += 7_200_000;
      const keys = await Promise.all(Array.from({ length: 200 }, () => chain.get()));
      expect(new Set(keys.map(({ secretId }) => secretId)).size).toBe(1);
      expect(actions()).toEqual(['AssumeRole', 'AssumeRole']);
    });

    it('succeeds right after STS was unavailable once', async () => {
      emulator.setSts({ roles: [{ arn: ARN }], answers: [{ httpStatus: 503, rawBody: '<html>503</html>' }] });
      const chain = makeChain(ROLE);
      await expect(chain.get()).rejects.toMatchObject({ code: 'ClientError.CredentialsUnavailable' });
      await expect(chain.get()).resolves.toHaveProperty('token');
    });

    it('asks STS a bounded number of times for keys that are born short, and warns once', async () => {
      emulator.setSts({ roles: [{ arn: ARN, lifetimeSeconds: 20 }] });
      const chain = makeChain(ROLE);
      for (let second = 0; second < 300; second += 1) {
        await chain.get();
        clockMs += 1_000;
      }
      expect(actions().length).toBeLessThanOrEqual(31);
      expect(notices.filter(({ kind }) => kind === 'credentialsShortLived')).toHaveLength(1);
    });

    it('assumes the role with a new key of the machine once that has ended', async () => {
      emulator.setSts({ roles: [{ arn: ARN }] });
      emulator.setMetadata({ role: 'base', lifetimeSeconds: 3_600 });
      const chain = makeChain({ TENCENTCLOUD_ROLE_ARN: ARN });
      await chain.get();
      emulator.setMetadata({ role: 'base', lifetimeSeconds: 3_600 });
      clockMs += 7_200_000;
      await chain.get();
      expect(actions()).toEqual(['metadata', 'metadata', 'AssumeRole', 'metadata', 'AssumeRole']);
    });

    it('names every place when there is no key to assume it with', async () => {
      const message = await messageOf(makeChain({ TENCENTCLOUD_ROLE_ARN: ARN }).get());
      expect(message).toContain('TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY are not set; ');
      expect(message).not.toContain('STS');
    });
  });

  it('cuts a silent metadata endpoint, which no proxy is asked for', async () => {
    emulator.setMetadata({ role: 'follower', answers: [{ hang: true }] });
    const proxy = await startFakeServer((response) => answerJson(response, {}));
    const proxied = createTransport({ env: { HTTP_PROXY: proxy.endpoint } });
    try {
      const began = performance.now();
      const message = await messageOf(makeChain({}, { transport: proxied }).get());
      expect(message).toContain('The call was cut after 2000 ms, while waiting for the answer of 127.0.0.1');
      expect(performance.now() - began).toBeLessThan(4_000);
      expect(proxy.connections()).toBe(0);
    } finally {
      await Promise.all([proxied.close(), proxy.close()]);
    }
  });

  it.each([
    { TENCENTCLOUD_SECRET_ID: 'id' },
    { TENCENTCLOUD_SECRET_KEY_FILE: '/nonexistent' },
    { TENCENTCLOUD_CREDENTIALS_FILE: '/nonexistent' },
    { TENCENTCLOUD_ROLE_ARN: ARN },
    { TENCENTCLOUD_CAM_ROLE_NAME: 'follower' },
    { TKE_PROVIDER_ID: 'tke' },
  ])('counts as configured by %j', (env) => {
    expect(hasCredentialSettings(env, home.path)).toBe(true);
  });

  it('counts as configured by a shared file, and not by nothing', () => {
    expect(hasCredentialSettings({ TENCENTCLOUD_SECRET_ID: '', TKE_REGION: ' ' }, home.path)).toBe(false);
    home.writeShared('[default]\nsecret_id = a\n');
    expect(hasCredentialSettings({}, home.path)).toBe(true);
  });
});
