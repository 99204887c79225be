import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

import { startEmulator } from '../../emulator';
import { ConfigurationError, readWorkerConfig } from '../../src/config';
import { until } from '../support/until';

const KEY = { TENCENTCLOUD_SECRET_ID: 'AKIDexample', TENCENTCLOUD_SECRET_KEY: 'secret-of-the-key' };

const DEFAULTS = {
  runsWorkflows: true,
  runsCalls: true,
  cloud: { endpoint: 'https://organization.intl.tencentcloudapi.com' },
  statusCallsPerSecond: 100,
  userSyncCallsPerSecond: 10,
  workers: 'auto',
  itemsFolder: path.join(homedir(), '.provisioning', 'items'),
  connectSeconds: 60,
  httpAddress: { host: '127.0.0.1', port: 9464 },
  logs: { level: 'INFO' },
  warnings: [],
};

async function faultsOf(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const error: unknown = await readWorkerConfig(env).catch((reason: unknown) => reason);
  if (!(error instanceof ConfigurationError)) throw new Error(`No fault, but ${JSON.stringify(error)}`);
  expect(error.message).toBe(`The configuration cannot be used: ${error.faults.join('; ')}`);
  return error.faults;
}

describe('the configuration of the worker', () => {
  let folder: string;
  let nowhere: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'provisioning-config-'));
    nowhere = path.join(folder, 'credentials');
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test('needs nothing but a key', async () => {
    await expect(readWorkerConfig(KEY)).resolves.toEqual(DEFAULTS);
  });

  test('takes a collector of traces, and names what is wrong with it among the other faults', async () => {
    const env = { ...KEY, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
    const tracing = { url: 'http://127.0.0.1:4318/v1/traces' };
    await expect(readWorkerConfig(env)).resolves.toEqual({ ...DEFAULTS, tracing });
    await expect(
      faultsOf({ ...env, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', PROVISIONING_LOG_LEVEL: 'LOUD' }),
    ).resolves.toEqual([
      'PROVISIONING_LOG_LEVEL must be one of DEBUG, INFO, WARN, ERROR, got "LOUD"',
      'OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, got "grpc"',
    ]);
  });

  test('takes an endpoint, a region, a rate of each kind of calls and a folder', async () => {
    const env = {
      ...KEY,
      PROVISIONING_ENDPOINT: 'https://organization.tencentcloudapi.com',
      PROVISIONING_REGION: 'ap-singapore',
      PROVISIONING_STATUS_CALLS_PER_SECOND: '12.5',
      PROVISIONING_USER_SYNC_CALLS_PER_SECOND: '2.5',
      PROVISIONING_ITEMS_FOLDER: '/srv/items',
    };
    await expect(readWorkerConfig(env)).resolves.toMatchObject({
      cloud: { endpoint: 'https://organization.tencentcloudapi.com', region: 'ap-singapore' },
      statusCallsPerSecond: 12.5,
      userSyncCallsPerSecond: 2.5,
      itemsFolder: '/srv/items',
    });
  });

  test('takes http where it is allowed, endpoints of a gateway, and a named source of the key', async () => {
    const env = {
      ...KEY,
      PROVISIONING_ALLOW_HTTP: 'true',
      PROVISIONING_ENDPOINT: 'http://gateway.example',
      PROVISIONING_STS_ENDPOINT: 'http://gateway.example:81',
      PROVISIONING_METADATA_ENDPOINT: 'http://gateway.example:82',
      PROVISIONING_CREDENTIAL_SOURCE: 'environment',
    };
    const { cloud } = await readWorkerConfig(env);
    expect(cloud).toEqual({
      allowHttp: true,
      endpoint: 'http://gateway.example',
      stsEndpoint: 'http://gateway.example:81',
      metadataEndpoint: 'http://gateway.example:82',
      credentialSource: 'environment',
    });
  });

  test('takes keys of the encryption, whose faults are told beside the others', async () => {
    const entry = `2026-01-31:${Buffer.alloc(32, 1).toString('base64')}`;
    const { encryption } = await readWorkerConfig({ ...KEY, PROVISIONING_ENCRYPTION_KEYS: entry });
    expect(encryption?.keys.map(({ id }) => id)).toEqual(['2026-01-31']);
    await expect(
      faultsOf({ ...KEY, PROVISIONING_ENCRYPTION_KEYS: `${entry},${entry}`, PROVISIONING_WORKERS: '0' }),
    ).resolves.toEqual([
      'PROVISIONING_WORKERS must be auto or how many workers share the rate, got "0"',
      'PROVISIONING_ENCRYPTION_KEYS has more than one key with the id "2026-01-31"',
    ]);
  });

  test('takes an address, a patience and how to log', async () => {
    const env = {
      ...KEY,
      PROVISIONING_HTTP_ADDRESS: '[::]:0',
      PROVISIONING_CONNECT_SECONDS: '0',
      PROVISIONING_LOG_LEVEL: 'warn',
      PROVISIONING_LOG_FORMAT: 'JSON',
    };
    await expect(readWorkerConfig(env)).resolves.toMatchObject({
      httpAddress: { host: '::', port: 0 },
      connectSeconds: 0,
      logs: { level: 'WARN', format: 'json' },
    });
  });

  test('serves nothing when told so', async () => {
    await expect(readWorkerConfig({ ...KEY, PROVISIONING_HTTP_ADDRESS: 'none' })).resolves.not.toHaveProperty(
      'httpAddress',
    );
  });

  test.each(['9464', '127.0.0.1', '127.0.0.1:', 'example.org:80', '127.0.0.1:70000', 'http://127.0.0.1:1'])(
    'refuses to listen at %s',
    async (address) => {
      await expect(faultsOf({ ...KEY, PROVISIONING_HTTP_ADDRESS: address })).resolves.toEqual([
        `PROVISIONING_HTTP_ADDRESS must be none, or an IP address and a port such as 127.0.0.1:9464, got "${address}"`,
      ]);
    },
  );

  test('refuses to run neither side', async () => {
    await expect(faultsOf({ PROVISIONING_RUN_WORKFLOWS: 'false', PROVISIONING_RUN_CALLS: 'false' })).resolves.toEqual([
      'PROVISIONING_RUN_WORKFLOWS and PROVISIONING_RUN_CALLS are both false, so nothing is left to run',
    ]);
  });

  test('needs no key when it runs the workflow side only', async () => {
    const env = { PROVISIONING_RUN_CALLS: 'false', TENCENTCLOUD_CREDENTIALS_FILE: nowhere };
    await expect(readWorkerConfig(env)).resolves.toMatchObject({ runsWorkflows: true, runsCalls: false });
  });

  test('warns of variables that nobody reads, but not of those that Kubernetes makes of a service', async () => {
    const env = {
      ...KEY,
      PROVISIONING_STATUS_CALL_PER_SECOND: '5',
      PROVISIONING_METRICS_ADDRESS: '127.0.0.1:9464',
      PROVISIONING_WORKER_SERVICE_HOST: '10.0.0.1',
      PROVISIONING_WORKER_SERVICE_PORT_HTTP: '80',
      PROVISIONING_WORKER_PORT: 'tcp://10.0.0.1:80',
      PROVISIONING_WORKER_PORT_80_TCP_ADDR: '10.0.0.1',
    };
    const { warnings } = await readWorkerConfig(env);
    expect(warnings).toEqual([
      'PROVISIONING_METRICS_ADDRESS is a variable that nobody reads: since 0.2.0 PROVISIONING_HTTP_ADDRESS serves /metrics',
      'PROVISIONING_STATUS_CALL_PER_SECOND is a variable that nobody reads: is PROVISIONING_STATUS_CALLS_PER_SECOND meant?',
    ]);
  });

  test('warns of tokens that disagree', async () => {
    const env = { ...KEY, TENCENTCLOUD_SESSION_TOKEN: 'one', TENCENTCLOUD_TOKEN: 'another' };
    const { warnings } = await readWorkerConfig(env);
    expect(warnings).toEqual([
      'TENCENTCLOUD_SESSION_TOKEN and TENCENTCLOUD_TOKEN have different values; TENCENTCLOUD_SESSION_TOKEN is used',
    ]);
  });

  test('warns of a source that does not answer, but refuses one that refuses', async () => {
    const emulator = await startEmulator({ accounts: [{ secretId: 'AKIDexample', secretKey: 'secret-of-the-key' }] });
    const env = { ...KEY, PROVISIONING_ENDPOINT: emulator.url, TENCENTCLOUD_ROLE_ARN: 'qcs::cam::uin/1:roleName/a' };
    try {
      await expect(faultsOf(env)).resolves.toEqual([
        expect.stringMatching(
          /^STS refused to assume role qcs::cam::uin\/1:roleName\/a: ResourceNotFound.RoleNotFound/,
        ),
      ]);
      emulator.setSts({ answers: [{ httpStatus: 503, rawBody: '' }] });
      const { warnings } = await readWorkerConfig(env);
      expect(warnings).toEqual([expect.stringContaining('(HTTP 503)')]);
    } finally {
      await emulator.close();
    }
  });

  test('leaves no connection open', async () => {
    const arn = 'qcs::cam::uin/1:roleName/a';
    const emulator = await startEmulator({ accounts: [{ secretId: 'AKIDexample', secretKey: 'secret-of-the-key' }] });
    emulator.setSts({ roles: [{ arn }] });
    try {
      await readWorkerConfig({ ...KEY, PROVISIONING_ENDPOINT: emulator.url, TENCENTCLOUD_ROLE_ARN: arn });
      expect(emulator.issued()).toHaveLength(1);
      await until('no connection is open', () => emulator.connections() === 0);
    } finally {
      await emulator.close();
    }
  });

  test('takes an empty variable for one that is not set', async () => {
    const empty = {
      PROVISIONING_ENDPOINT: '',
      PROVISIONING_REGION: ' ',
      PROVISIONING_STATUS_CALLS_PER_SECOND: '',
      PROVISIONING_USER_SYNC_CALLS_PER_SECOND: '',
      PROVISIONING_ITEMS_FOLDER: '',
    };
    await expect(readWorkerConfig({ ...KEY, ...empty })).resolves.toEqual(DEFAULTS);
  });

  test('takes the highest rate', async () => {
    const env = {
      ...KEY,
      PROVISIONING_STATUS_CALLS_PER_SECOND: '1000',
      PROVISIONING_USER_SYNC_CALLS_PER_SECOND: '1000',
    };
    const highest = { statusCallsPerSecond: 1000, userSyncCallsPerSecond: 1000 };
    await expect(readWorkerConfig(env)).resolves.toMatchObject(highest);
  });

  test.each([
    ['auto', '0.5', 'auto'],
    ['1', '0.5', 1],
    ['12', '12.5', 12],
  ])('takes %s workers for a rate of %s', async (workers, rate, expected) => {
    const env = { ...KEY, PROVISIONING_WORKERS: workers, PROVISIONING_STATUS_CALLS_PER_SECOND: rate };
    await expect(readWorkerConfig(env)).resolves.toMatchObject({ workers: expected });
  });

  test.each(['0', '-1', '1.5', 'two'])('refuses %s workers', async (workers) => {
    await expect(faultsOf({ ...KEY, PROVISIONING_WORKERS: workers })).resolves.toEqual([
      `PROVISIONING_WORKERS must be auto or how many workers share the rate, got "${workers}"`,
    ]);
  });

  test('refuses more workers than calls a second', async () => {
    await expect(faultsOf({ ...KEY, PROVISIONING_WORKERS: '101' })).resolves.toEqual([
      'PROVISIONING_WORKERS must not exceed PROVISIONING_STATUS_CALLS_PER_SECOND (100): each worker needs at least one call a second, got 101',
    ]);
  });

  test('takes more workers than user-sync calls a second: those that only follow need few of them', async () => {
    const env = { ...KEY, PROVISIONING_WORKERS: '50', PROVISIONING_USER_SYNC_CALLS_PER_SECOND: '0.5' };
    await expect(readWorkerConfig(env)).resolves.toMatchObject({ workers: 50, userSyncCallsPerSecond: 0.5 });
  });

  describe.each(['PROVISIONING_STATUS_CALLS_PER_SECOND', 'PROVISIONING_USER_SYNC_CALLS_PER_SECOND'])('%s', (name) => {
    test.each(['0', '-1', '1001', 'NaN', 'Infinity', 'many'])('refuses a rate of %s', async (rate) => {
      await expect(faultsOf({ ...KEY, [name]: rate })).resolves.toEqual([
        `${name} must be a number above 0 and at most 1000, got "${rate}"`,
      ]);
    });
  });

  test('names every fault at once, with every source of credentials, and no secret', async () => {
    const faults = await faultsOf({
      TENCENTCLOUD_CREDENTIALS_FILE: nowhere,
      PROVISIONING_ENDPOINT: 'http://user:hidden@organization.tencentcloudapi.com/v1?a=b',
      PROVISIONING_ALLOW_HTTP: 'yes',
      PROVISIONING_STS_ENDPOINT: 'http://sts.tencentcloudapi.com',
      PROVISIONING_METADATA_ENDPOINT: 'http://metadata.tencentyun.com/latest',
      PROVISIONING_CREDENTIAL_SOURCE: 'vault',
      PROVISIONING_REGION: 'a region',
      PROVISIONING_HTTP_ADDRESS: 'localhost:9464',
      PROVISIONING_CONNECT_SECONDS: '3601',
      PROVISIONING_RUN_WORKFLOWS: 'false',
      PROVISIONING_RUN_CALLS: 'no',
      PROVISIONING_LOG_LEVEL: 'loud',
      PROVISIONING_LOG_FORMAT: 'xml',
      HTTPS_PROXY: 'me:hidden@proxy',
      http_proxy: '//me:hidden@proxy',
      PROVISIONING_STATUS_CALLS_PER_SECOND: 'many',
      PROVISIONING_USER_SYNC_CALLS_PER_SECOND: 'few',
      PROVISIONING_ITEMS_FOLDER: '~/items',
    });
    expect(faults).toEqual([
      'PROVISIONING_RUN_CALLS must be true or false, got "no"',
      'PROVISIONING_ALLOW_HTTP must be true or false, got "yes"',
      'PROVISIONING_ENDPOINT: endpoint must begin with https:// unless its host is a loopback address',
      'PROVISIONING_ENDPOINT: endpoint must not contain a user name or password',
      'PROVISIONING_ENDPOINT: endpoint must not contain a path',
      'PROVISIONING_ENDPOINT: endpoint must not contain a query or fragment',
      'PROVISIONING_STS_ENDPOINT: endpoint must begin with https:// unless its host is a loopback address',
      'PROVISIONING_METADATA_ENDPOINT: endpoint must not contain a path',
      'PROVISIONING_REGION must be a region such as ap-singapore, got "a region"',
      'PROVISIONING_CREDENTIAL_SOURCE must be one of environment, shared-file, tke-oidc, cvm-role, got "vault"',
      'PROVISIONING_STATUS_CALLS_PER_SECOND must be a number above 0 and at most 1000, got "many"',
      'PROVISIONING_USER_SYNC_CALLS_PER_SECOND must be a number above 0 and at most 1000, got "few"',
      'PROVISIONING_ITEMS_FOLDER must be an absolute path, got "~/items"',
      'PROVISIONING_CONNECT_SECONDS must be a number from 0 to 3600, got "3601"',
      'PROVISIONING_HTTP_ADDRESS must be none, or an IP address and a port such as 127.0.0.1:9464, got "localhost:9464"',
      'PROVISIONING_LOG_LEVEL must be one of DEBUG, INFO, WARN, ERROR, got "loud"',
      'PROVISIONING_LOG_FORMAT must be one of json, pretty, got "xml"',
      'http_proxy must be a URL such as http://proxy.example:3128',
      'HTTPS_PROXY must be a URL such as http://proxy.example:3128',
      `No Tencent Cloud credentials: TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY are not set; ${nowhere} does not exist or has no key under [default]`,
    ]);
    expect(faults.join()).not.toContain('hidden');
  });

  test('refuses half a key and a damaged one, without telling it', async () => {
    await expect(faultsOf({ TENCENTCLOUD_SECRET_KEY: 'secret-of-the-key' })).resolves.toEqual([
      'No Tencent Cloud credentials: the environment has TENCENTCLOUD_SECRET_KEY but no TENCENTCLOUD_SECRET_ID',
    ]);
    await expect(faultsOf({ ...KEY, TENCENTCLOUD_SECRET_KEY: 'secret of the key' })).resolves.toEqual([
      'The credentials are damaged: white space or characters outside ASCII in secretKey. Copy them again',
    ]);
  });
});
