import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';

import { DEMO_ACCOUNT } from '../../emulator';
import { TASK_QUEUES } from '../../src/contract';
import { CLOUD_CHECKS, TEMPORAL_CHECKS, type Check, type CheckName, type Verdict } from '../../src/doctor/check';
import { createWorld, type World } from '../e2e/world';
import { launch, type ProcessEnd } from '../support/processes';
import { root } from '../support/project';
import { until } from '../support/until';

import { startRefusingTemporal, startSilentServer, startTlsFront, type LoopbackServer } from './loopback-servers';

const BIN = path.join(root, 'bin', 'provisioning.js');
const ZONE = 'z-doctored';
const TOKEN = 'a-token-of-temporary-credentials';
const API_KEY = 'an-api-key-of-temporal';
/** Too long a label: the resolver of this machine refuses it, nothing is asked. */
const NO_NAME = `${'a'.repeat(64)}.invalid`;
const ALL: readonly CheckName[] = ['configuration', ...TEMPORAL_CHECKS, ...CLOUD_CHECKS];

interface Report {
  verdict: Verdict;
  checks: Check[];
}

describe('provisioning doctor, with a real server, worker process and socket', () => {
  let world: World;
  let folder: string;
  const servers: LoopbackServer[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'doctor-'));
    world = await createWorld();
  });

  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
    world.emulator.setAccounts([DEMO_ACCOUNT]);
    world.emulator.setClockOffset(0);
    world.emulator.setOutages([]);
    world.emulator.setMetadata(undefined);
  });

  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });

  function serve<T extends LoopbackServer>(server: T): T {
    servers.push(server);
    return server;
  }

  /** Runs the command; an empty variable counts as not set. Whatever it says, it must not hold a secret. */
  async function run(changes: Record<string, string> = {}, ...args: string[]): Promise<ProcessEnd> {
    const env = { ...world.workerEnvironment, PROVISIONING_METADATA_ENDPOINT: 'http://127.0.0.1:9', ...changes };
    const end = await launch(BIN, ['doctor', ...args], env).ended;
    for (const secret of [DEMO_ACCOUNT.secretId, DEMO_ACCOUNT.secretKey, TOKEN, API_KEY, 'pa55word', 'Signature=']) {
      expect(end.output).not.toContain(secret);
    }
    return end;
  }

  async function diagnose(changes: Record<string, string> = {}, ...args: string[]): Promise<Report> {
    const { stdout, output, code } = await run(changes, '--json', ...args);
    expect(output).toBe(stdout);
    const report = JSON.parse(stdout) as Report;
    expect(report.checks.map(({ name }) => name)).toEqual(ALL);
    expect(code).toBe(report.verdict === 'failed' ? 11 : 0);
    return report;
  }

  function find({ checks }: Report, name: CheckName): Omit<Check, 'name'> {
    const { name: _, ...finding } = checks.find((check) => check.name === name) ?? { name };
    return finding as Omit<Check, 'name'>;
  }

  function withVerdict({ checks }: Report, verdict: Verdict): CheckName[] {
    return checks.filter((check) => check.verdict === verdict).map(({ name }) => name);
  }

  async function createNamespace(namespace: string): Promise<void> {
    const { workflowService, operatorService } = world.connection;
    await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') });
    await until(`${namespace} is there`, () =>
      operatorService.listSearchAttributes({ namespace }).then(
        () => true,
        () => false,
      ),
    );
  }

  test('a namespace before its first worker: it has created no search attributes, and nobody polls', async () => {
    await createNamespace('unworked');
    const report = await diagnose({ TEMPORAL_NAMESPACE: 'unworked' });
    expect(report.verdict).toBe('failed');
    expect(withVerdict(report, 'failed')).toEqual(['temporal-search-attributes', 'temporal-pollers']);
    expect(withVerdict(report, 'skipped')).toEqual([]);
    expect(find(report, 'temporal-search-attributes')).toEqual({
      verdict: 'failed',
      detail:
        'missing search attributes: ProvisioningZoneId, ProvisioningTaskId, ProvisioningPhase, ProvisioningErrorCode, ProvisioningStartedAt, ProvisioningPhaseSince',
      next: 'Create them with: temporal operator search-attribute create --namespace unworked --name ProvisioningZoneId --type Keyword --name ProvisioningTaskId --type Keyword --name ProvisioningPhase --type Keyword --name ProvisioningErrorCode --type Keyword --name ProvisioningStartedAt --type Datetime --name ProvisioningPhaseSince --type Datetime',
    });
    expect(find(report, 'temporal-pollers')).toEqual({
      verdict: 'failed',
      detail:
        'no workflow worker polls provisioning; no activity worker polls tencent-organization; no activity worker polls tencent-user-sync',
      next: 'Start a worker: npm run up, or node dist/src/worker.js',
    });
  });

  describe('with a worker', () => {
    beforeAll(async () => {
      await world.startWorker();
      // The worker says that it polls before the server has noticed.
      const { TASK_QUEUE_TYPE_WORKFLOW, TASK_QUEUE_TYPE_ACTIVITY } = temporal.api.enums.v1.TaskQueueType;
      for (const [name, taskQueueType] of [
        [TASK_QUEUES.provisioning, TASK_QUEUE_TYPE_WORKFLOW],
        [TASK_QUEUES.tencentOrganization, TASK_QUEUE_TYPE_ACTIVITY],
        [TASK_QUEUES.tencentUserSync, TASK_QUEUE_TYPE_ACTIVITY],
      ] as const) {
        await until(`${name} is polled`, async () => {
          const taskQueue = { namespace: 'default', taskQueue: { name }, taskQueueType };
          const { pollers } = await world.connection.workflowService.describeTaskQueue(taskQueue);
          return (pollers ?? []).length > 0;
        });
      }
      world.emulator.setTask(ZONE, 't-1', { answers: [{ status: 'InProgress' }] });
    });

    test('all is well; the cloud is asked once, for a task that cannot exist', async () => {
      const before = world.emulator.requests().length;
      const report = await diagnose();
      expect(report.verdict).toBe('ok');
      expect(withVerdict(report, 'ok')).toEqual(ALL);
      expect(find(report, 'temporal-search-attributes').detail).toBe('all six are there, with the right types');
      expect(find(report, 'temporal-pollers').detail).toMatch(
        /^1 worker polls provisioning, the last time \d+ s ago; 1 worker polls tencent-organization, the last time \d+ s ago; 1 worker polls tencent-user-sync, the last time \d+ s ago$/,
      );
      expect(find(report, 'temporal-authentication').detail).toMatch(/^server \d+\.\d+\.\d+ lets us in without/);
      expect(find(report, 'credentials').detail).toBe('a key from the environment, which does not expire by itself');
      expect(find(report, 'permission').detail).toContain('FailedOperation.ZoneIdNotExist');
      const asked = world.emulator.requests().slice(before);
      expect(asked).toHaveLength(1);
      expect(asked[0]?.zoneId).toBe('z-doctor');
      expect(asked[0]?.taskId).toMatch(/^t-doctor-[0-9a-f]{16}$/);
    });

    test('a person gets one line for each check, and a summary', async () => {
      const { stdout, output, code } = await run();
      expect(output).toBe(stdout);
      const lines = stdout.split('\n');
      expect(lines.slice(0, ALL.length).map((line) => /^ok {4}([\w-]+): ./.exec(line)?.[1])).toEqual(ALL);
      expect(lines.slice(ALL.length)).toEqual(['', '14 of 14 checks are ok', '']);
      expect(code).toBe(0);
    });

    test('a zone of the account is asked for, one of nobody fails', async () => {
      const known = await diagnose({}, '--zone', ZONE);
      expect(find(known, 'permission').detail).toContain('ResourceNotFound.UserProvisioningTaskNotFound');
      expect(known.verdict).toBe('ok');
      const unknown = await diagnose({}, '--zone', 'z-of-nobody');
      expect(withVerdict(unknown, 'failed')).toEqual(['permission']);
      const { detail, next } = find(unknown, 'permission');
      expect(detail).toMatch(/^FailedOperation\.ZoneIdNotExist: The space does not exist\. \(request id .+\)$/);
      expect(next).toBe('Check zone, task id, account and site (international or mainland).');
      const wrong = await run({}, '--zone', 'a b');
      expect(wrong.output).toContain('--zone must not contain white space');
      expect(wrong.code).toBe(2);
    });

    test('no Temporal server: what needs it is skipped, the cloud is examined', async () => {
      const address = '127.0.0.1:1';
      const report = await diagnose({ TEMPORAL_ADDRESS: address });
      expect(find(report, 'temporal-tcp')).toEqual({
        verdict: 'failed',
        detail: `no connection to ${address} (ECONNREFUSED)`,
        next: 'No server listens there, or no route leads to it. Start one with "npm run up", or set TEMPORAL_ADDRESS to the server\'s host:port',
      });
      expect(withVerdict(report, 'skipped')).toEqual(TEMPORAL_CHECKS.slice(2));
      expect(find(report, 'temporal-pollers').detail).toBe('not checked, because temporal-tcp failed');
      expect(withVerdict(report, 'ok')).toEqual(['configuration', 'temporal-dns', ...CLOUD_CHECKS]);
    });

    test('names that cannot be resolved', async () => {
      const env = { TEMPORAL_ADDRESS: `${NO_NAME}:7233`, PROVISIONING_ENDPOINT: `https://${NO_NAME}` };
      const report = await diagnose(env);
      expect(withVerdict(report, 'failed')).toEqual(['temporal-dns', 'cloud-dns']);
      expect(find(report, 'cloud-dns').detail).toBe(`the name ${NO_NAME} cannot be resolved (ENOTFOUND)`);
      expect(withVerdict(report, 'ok')).toEqual(['credentials']);
      expect(find(report, 'configuration')).toMatchObject({
        verdict: 'warning',
        detail: `PROVISIONING_ENDPOINT: ${NO_NAME} is not a host of Tencent Cloud`,
      });
      expect(find(report, 'permission').detail).toBe('not checked, because cloud-dns failed');
    });

    test('a namespace that is missing', async () => {
      const report = await diagnose({ TEMPORAL_NAMESPACE: 'nowhere' });
      expect(withVerdict(report, 'failed')).toEqual(['temporal-namespace']);
      expect(find(report, 'temporal-namespace')).toEqual({
        verdict: 'failed',
        detail: 'namespace "nowhere" does not exist',
        next: 'Create it with: temporal operator namespace create --namespace nowhere',
      });
      expect(withVerdict(report, 'skipped')).toEqual(['temporal-search-attributes', 'temporal-pollers']);
    });

    test('search attributes of a wrong type', async () => {
      await createNamespace('wrong');
      const { INDEXED_VALUE_TYPE_INT: INT } = temporal.api.enums.v1.IndexedValueType;
      const { operatorService } = world.connection;
      await operatorService.addSearchAttributes({ namespace: 'wrong', searchAttributes: { ProvisioningPhase: INT } });
      const report = await diagnose({ TEMPORAL_NAMESPACE: 'wrong' });
      expect(find(report, 'temporal-search-attributes')).toEqual({
        verdict: 'failed',
        detail: 'Search attributes of the wrong type: ProvisioningPhase must be Keyword',
        next: 'Use another namespace, or remove them with: temporal operator search-attribute remove --namespace wrong --name ProvisioningPhase',
      });
      expect(withVerdict(report, 'failed')).toEqual(['temporal-search-attributes', 'temporal-pollers']);
    });

    test('TLS is expected of a Temporal server that speaks none', async () => {
      const report = await diagnose({ TEMPORAL_TLS: 'true' });
      expect(withVerdict(report, 'failed')).toEqual(['temporal-tls']);
      expect(find(report, 'temporal-tls').detail).toMatch(/^no trusted TLS connection to 127\.0\.0\.1:\d+ \(E\w+\)$/);
      expect(find(report, 'temporal-authentication').detail).toBe('not checked, because temporal-tls failed');
    });

    test('TLS of both with a certificate that is trusted, then with one that is not', async () => {
      const temporalFront = serve(await startTlsFront(Number(world.server.address.split(':')[1])));
      const cloudFront = serve(await startTlsFront(world.emulator.port));
      const temporalCa = path.join(folder, 'temporal.pem');
      const cloudCa = path.join(folder, 'cloud.pem');
      writeFileSync(temporalCa, temporalFront.cert);
      writeFileSync(cloudCa, cloudFront.cert);
      const env = {
        // By its name: Node warns of the address that the SDK sends as the server's name.
        TEMPORAL_ADDRESS: `localhost:${temporalFront.port}`,
        TEMPORAL_API_KEY: API_KEY,
        PROVISIONING_ENDPOINT: `https://127.0.0.1:${cloudFront.port}`,
      };
      const trusted = await diagnose({
        ...env,
        TEMPORAL_TLS_SERVER_CA_CERT_PATH: temporalCa,
        NODE_EXTRA_CA_CERTS: cloudCa,
      });
      expect(trusted.verdict).toBe('ok');
      expect(find(trusted, 'temporal-authentication').detail).toContain('with the API key');
      for (const name of ['temporal-tls', 'cloud-tls'] as const) {
        expect(find(trusted, name).detail).toMatch(/^TLSv1\.3, the certificate is trusted, until 20[\dT:.-]+Z$/);
      }

      const untrusted = await diagnose(env);
      expect(withVerdict(untrusted, 'failed')).toEqual(['temporal-tls', 'cloud-tls']);
      const { detail, next } = find(untrusted, 'cloud-tls');
      expect(detail).toBe(`no trusted TLS connection to 127.0.0.1:${cloudFront.port} (DEPTH_ZERO_SELF_SIGNED_CERT)`);
      expect(next).toContain('NODE_EXTRA_CA_CERTS');
      expect(find(untrusted, 'permission').detail).toBe('not checked, because cloud-tls failed');
    });

    test('a Temporal server that refuses the key, and quotes it', async () => {
      const { port } = serve(await startRefusingTemporal());
      const env = { TEMPORAL_ADDRESS: `127.0.0.1:${port}`, TEMPORAL_API_KEY: API_KEY, TEMPORAL_TLS: 'false' };
      const report = await diagnose(env);
      expect(withVerdict(report, 'failed')).toEqual(['temporal-authentication']);
      expect(find(report, 'temporal-authentication')).toEqual({
        verdict: 'failed',
        detail: 'the server refused us: 16 UNAUTHENTICATED: wrong key: Bearer …',
        next: 'Check TEMPORAL_API_KEY or the client certificate, and whether it may use namespace "default"',
      });
    });

    test('nobody listens at the endpoint', async () => {
      const report = await diagnose({ PROVISIONING_ENDPOINT: 'http://127.0.0.1:1' });
      expect(withVerdict(report, 'failed')).toEqual(['cloud-tcp']);
      expect(find(report, 'cloud-tcp').detail).toBe('no connection to 127.0.0.1:1 (ECONNREFUSED)');
      expect(withVerdict(report, 'skipped')).toEqual(['cloud-tls', 'permission', 'clock']);
    });

    test.each([
      [600, '600 s behind'],
      [-600, '600 s ahead of'],
    ])('a cloud whose clock is off by %d s: a warning, while the call is healed', async (seconds, text) => {
      world.emulator.setClockOffset(seconds * 1000);
      const report = await diagnose();
      expect(report.verdict).toBe('warning');
      expect(withVerdict(report, 'warning')).toEqual(['clock']);
      const { detail, next } = find(report, 'clock');
      expect(detail.replace(/(599|601) s/, '600 s')).toContain(`is ${text} the cloud's, `);
      expect(detail).toContain("meanwhile requests are signed by the cloud's clock");
      expect(next).toBe('Set the clock of this machine (NTP); the time zone does not matter');
    });

    test.each([
      ['is disabled', { disabled: true }, 'AuthFailure.SecretIdNotFound', 'Enable the key'],
      ['lacks the permission', { actions: [] }, 'AuthFailure.UnauthorizedOperation', 'Grant organization:Get'],
    ])('a key that %s', async (_, change, code, advice) => {
      world.emulator.setAccounts([{ ...DEMO_ACCOUNT, ...change }]);
      const report = await diagnose();
      expect(withVerdict(report, 'failed')).toEqual(['permission']);
      const { detail, next } = find(report, 'permission');
      expect(detail).toMatch(new RegExp(`^${code}: .+ \\(request id .+\\)$`));
      expect(next).toContain(advice);
      expect(find(report, 'clock').verdict).toBe('ok');
    });

    test('a cloud that throttles is a warning; one that knows the task is not the real one', async () => {
      const outage = { fromMs: 0, toMs: Infinity };
      world.emulator.setOutages([{ ...outage, answer: { error: { code: 'RequestLimitExceeded' } } }]);
      const throttled = await diagnose();
      expect(withVerdict(throttled, 'warning')).toEqual(['permission']);
      world.emulator.setOutages([{ ...outage, answer: { status: 'Success' } }]);
      const odd = await diagnose();
      expect(odd.verdict).toBe('warning');
      expect(find(odd, 'permission').detail).toContain('the cloud knows a task that cannot exist');
      expect(find(odd, 'clock')).toMatchObject({ verdict: 'skipped', detail: 'the cloud told no time' });
    });

    test('a token that the cloud refuses', async () => {
      const report = await diagnose({ TENCENTCLOUD_TOKEN: TOKEN });
      expect(withVerdict(report, 'failed')).toEqual(['permission']);
    });

    test('the key of a machine: its source and its end are told, not the key', async () => {
      world.emulator.setMetadata({ role: 'worker', lifetimeSeconds: 7_200 });
      const env = { TENCENTCLOUD_SECRET_ID: '', TENCENTCLOUD_SECRET_KEY: '' };
      const report = await diagnose({ ...env, PROVISIONING_METADATA_ENDPOINT: world.emulator.url });
      expect(report.verdict).toBe('ok');
      expect(find(report, 'credentials').detail).toMatch(
        /^a key from the role of this machine, until 20[\dT:.-]+Z, 120 min from now$/,
      );
      const [key] = world.emulator.issued();
      expect(key).toBeDefined();
      for (const secret of [key?.secretId, key?.secretKey, key?.token]) {
        expect(JSON.stringify(report)).not.toContain(secret);
      }
    });

    test('no credentials: every source is named, the way to the cloud is checked all the same', async () => {
      const report = await diagnose({ TENCENTCLOUD_SECRET_ID: '', TENCENTCLOUD_SECRET_KEY: '' });
      expect(withVerdict(report, 'failed')).toEqual(['credentials']);
      const { detail, next } = find(report, 'credentials');
      expect(detail).toContain('TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY are not set');
      expect(detail).toContain('this machine has no role');
      expect(next).toBe(
        'Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or another source that the README names.',
      );
      expect(withVerdict(report, 'ok')).toEqual([
        'configuration',
        ...TEMPORAL_CHECKS,
        'cloud-dns',
        'cloud-tcp',
        'cloud-tls',
      ]);
      expect(find(report, 'permission').detail).toBe('not checked, because credentials failed');
    });

    test('a configuration with faults in both parts: all are named at once, and no line of the file', async () => {
      const file = path.join(folder, 'temporal.toml');
      writeFileSync(file, `[profile.default]\napi_key = ${API_KEY}\n`);
      const report = await diagnose({
        TEMPORAL_CONFIG_FILE: file,
        PROVISIONING_REGION: 'a region',
        PROVISIONING_STATUS_CALLS_PER_SECOND: 'many',
        PROVISIONING_ENDPOINT: 'ftp://x',
      });
      const { detail } = find(report, 'configuration');
      for (const fault of [
        'PROVISIONING_ENDPOINT: endpoint must begin with https://',
        'PROVISIONING_REGION must be a region',
        'PROVISIONING_STATUS_CALLS_PER_SECOND must be a number',
        `Temporal's client configuration (TEMPORAL_* variables, ${file}) cannot be read: Invalid TOML document`,
      ]) {
        expect(detail).toContain(fault);
      }
      expect(withVerdict(report, 'skipped')).toEqual([...TEMPORAL_CHECKS, ...CLOUD_CHECKS]);
    });

    test('a broken address of Temporal leaves the cloud to be examined', async () => {
      const report = await diagnose({ TEMPORAL_ADDRESS: 'http://temporal:7233' });
      expect(withVerdict(report, 'ok')).toEqual([...CLOUD_CHECKS]);
      expect(find(report, 'configuration').detail).toBe(
        'TEMPORAL_ADDRESS must be host:port, got "http://temporal:7233"',
      );
    });

    test('variables of the token that disagree are a warning', async () => {
      const report = await diagnose({ TENCENTCLOUD_TOKEN: TOKEN, TENCENTCLOUD_SESSION_TOKEN: `${TOKEN}-2` });
      expect(find(report, 'configuration')).toMatchObject({
        verdict: 'warning',
        detail:
          'TENCENTCLOUD_SESSION_TOKEN and TENCENTCLOUD_TOKEN have different values; TENCENTCLOUD_SESSION_TOKEN is used',
      });
    });

    test('behind a proxy only the call itself says whether the cloud can be reached', async () => {
      const proxy = 'http://user:pa55word@127.0.0.1:1';
      const report = await diagnose({ HTTP_PROXY: proxy, http_proxy: '', NO_PROXY: 'example.com' });
      expect(withVerdict(report, 'skipped')).toEqual(['cloud-dns', 'cloud-tcp', 'cloud-tls', 'clock']);
      expect(find(report, 'cloud-tcp').detail).toBe('calls go through the proxy 127.0.0.1:1');
      expect(withVerdict(report, 'failed')).toEqual(['permission']);
      expect(find(report, 'permission').detail).toMatch(/^ClientError\.ProxyFailure: /);
      const broken = await diagnose({ HTTPS_PROXY: 'pa55word@proxy' });
      expect(find(broken, 'configuration').detail).toContain('HTTPS_PROXY must be a URL');
    });

    test('a peer that never answers costs 5 s; Ctrl-C ends it at once', async () => {
      const { port } = serve(await startSilentServer());
      const env = { ...world.workerEnvironment, TEMPORAL_ADDRESS: `127.0.0.1:${port}` };
      const interrupted = launch(BIN, ['doctor'], env);
      await interrupted.until('ok    temporal-tls');
      await expect(interrupted.stop('SIGINT')).resolves.toEqual({ code: null, signal: 'SIGINT' });
      expect(interrupted.output()).not.toContain('temporal-authentication');

      const report = await diagnose({ TEMPORAL_ADDRESS: `127.0.0.1:${port}` });
      expect(withVerdict(report, 'failed')).toEqual(['temporal-authentication']);
      expect(find(report, 'temporal-authentication').detail).toBe('no answer within 5 s');
    });
  });
});
