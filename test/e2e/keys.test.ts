import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { temporal } from '@temporalio/proto';

import { DEMO_ACCOUNT, type EmulatorAccount, type ReceivedRequest } from '../../emulator';
import { workflowId } from '../../src/client';
import { launch } from '../support/processes';
import { root } from '../support/project';
import { until } from '../support/until';

import { createWorld, scrape, type World } from './world';

const ZONE = 'z-keys';
const FAST = { minIntervalSeconds: 0.3, maxIntervalSeconds: 0.3 };
const ROLE = 'qcs::cam::uin/100000000001:roleName/provisioning';
const FIRST: EmulatorAccount = { secretId: 'AKIDfirstOfTheMountedKeys', secretKey: 'FirstSecretOfTheMounted' };
const SECOND: EmulatorAccount = { secretId: 'AKIDsecondOfTheMountedKeys', secretKey: 'SecondSecretOfTheMounted' };
const BIN = path.join(root, 'bin', 'provisioning.js');

describe('keys that change under a running worker', () => {
  let world: World;
  let folder: string;
  let environment: Record<string, string>;

  beforeAll(async () => {
    world = await createWorld();
    folder = mkdtempSync(path.join(tmpdir(), 'provisioning-keys-'));
    environment = {
      // Empty ones count as not set.
      TENCENTCLOUD_SECRET_ID: '',
      TENCENTCLOUD_SECRET_KEY: '',
      TENCENTCLOUD_SECRET_ID_FILE: path.join(folder, 'id'),
      TENCENTCLOUD_SECRET_KEY_FILE: path.join(folder, 'key'),
    };
  }, 60_000);

  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  }, 60_000);

  function mount({ secretId, secretKey }: EmulatorAccount): void {
    writeFileSync(path.join(folder, 'id'), `${secretId}\n`);
    writeFileSync(path.join(folder, 'key'), `${secretKey}\n`);
  }

  function signers(requests: ReceivedRequest[]): (string | undefined)[] {
    return requests.map(({ headers }) => /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1]);
  }

  const stsCalls = (): ReceivedRequest[] => world.emulator.requests().filter(({ action }) => action === 'AssumeRole');

  test('a mounted key that is rotated in mid-follow signs the next call', async () => {
    mount(FIRST);
    world.emulator.setAccounts([FIRST, SECOND]);
    world.emulator.setTask(ZONE, 't-rotated', { answers: [{ status: 'InProgress' }] });
    const worker = await world.startWorker(environment);
    try {
      await world.client.follow({ zoneId: ZONE, taskId: 't-rotated', polling: FAST });
      await until('two polls', () => world.emulator.requests('t-rotated').length >= 2);
      mount(SECOND);
      const before = world.emulator.requests('t-rotated').length;
      await until('three more polls', () => world.emulator.requests('t-rotated').length >= before + 3);
      world.emulator.setAccounts([SECOND]);
      world.emulator.setTask(ZONE, 't-rotated', { answers: [{ status: 'Success' }] });
      const result = await world.client.waitForOutcome(ZONE, 't-rotated', { timeoutMs: 30_000 });
      // At most one call was on its way while the files were written.
      const seen = signers(world.emulator.requests('t-rotated'));
      expect(seen.slice(0, before).every((id) => id === FIRST.secretId)).toBe(true);
      expect(seen.slice(before + 1).every((id) => id === SECOND.secretId)).toBe(true);
      expect(result).toMatchObject({ kind: 'ended', outcome: { phase: 'Succeeded' } });
      const { outcome } = result as { outcome: { observations: { errorCode?: string }[] } };
      expect(outcome.observations.filter(({ errorCode }) => errorCode !== undefined)).toEqual([]);
    } finally {
      await worker.stop('SIGTERM');
    }
  }, 60_000);

  test.each([
    [600, 'behind'],
    [-600, 'ahead of'],
  ])(
    "a clock %d s off the cloud's costs one call, and log, metrics and doctor tell it",
    async (offsetSeconds, direction) => {
      mount(FIRST);
      world.emulator.setAccounts([FIRST]);
      world.emulator.setClockOffset(offsetSeconds * 1000);
      const taskId = `t-clock${offsetSeconds}`;
      world.emulator.setTask(ZONE, taskId, { answers: [{ status: 'InProgress' }, { status: 'Success' }] });
      const worker = await world.startWorker(environment);
      try {
        await world.client.follow({ zoneId: ZONE, taskId, polling: FAST });
        await expect(world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 30_000 })).resolves.toMatchObject({
          outcome: { phase: 'Succeeded', polls: 2 },
        });
        expect(world.emulator.requests(taskId).map(({ answered }) => answered)).toEqual([
          'AuthFailure.SignatureExpire',
          'InProgress',
          'Success',
        ]);
        expect(worker.output()).toMatch(
          new RegExp(`The clock of this machine \\([^)]+\\) is (599|600|601) s ${direction} the cloud's`),
        );
        const [, offset] = /^provisioning_clock_offset_seconds (\S+)$/m.exec(await scrape(worker)) ?? [];
        expect(Math.abs(Number(offset) - offsetSeconds)).toBeLessThanOrEqual(1);
        const doctor = launch(BIN, ['doctor', '--json'], { ...world.workerEnvironment, ...environment });
        const { stdout, code } = await doctor.ended;
        const { verdict, checks } = JSON.parse(stdout) as {
          verdict: string;
          checks: { name: string; detail: string }[];
        };
        expect({ verdict, code }).toEqual({ verdict: 'warning', code: 0 });
        expect(checks.find(({ name }) => name === 'clock')?.detail).toMatch(
          new RegExp(`is (599|600|601) s ${direction} the cloud's`),
        );
      } finally {
        world.emulator.setClockOffset(0);
        await worker.stop('SIGTERM');
      }
    },
    60_000,
  );

  test('nothing of a key is ever told, by a full run with a role, renewals, refusals and faults', async () => {
    mount(FIRST);
    world.emulator.setAccounts([FIRST]);
    world.emulator.setSts({ roles: [{ arn: ROLE }], answers: [{ httpStatus: 503, rawBody: '<html>' }] });
    const withRole = { ...environment, TENCENTCLOUD_ROLE_ARN: ROLE };
    const worker = await world.startWorker(withRole);
    const told: string[] = [];
    const run = async (...args: string[]): Promise<void> => {
      const { output } = await launch(BIN, args, { ...world.workerEnvironment, ...withRole }).ended;
      told.push(output);
    };

    world.emulator.setTask(ZONE, 't-plain', { answers: [{ status: 'InProgress' }, { status: 'Success' }] });
    await world.client.follow({ zoneId: ZONE, taskId: 't-plain', polling: FAST });
    await world.client.waitForOutcome(ZONE, 't-plain', { timeoutMs: 30_000 });

    // The start met the 503 and was only warned; the first poll got its key all the same.
    expect(stsCalls().map(({ answered }) => answered)).toEqual(['raw', 'Credentials']);
    const [issued] = world.emulator.issued();
    if (!issued) throw new Error('no key was issued');
    expect(signers(world.emulator.requests('t-plain'))).toEqual([issued.secretId, issued.secretId]);
    expect(world.emulator.requests('t-plain')[0]?.headers['x-tc-token']).toBe(issued.token);

    const quoted = `The token ${issued.token} of ${issued.secretKey} was refused.`;
    const answers = [
      { error: { code: 'AuthFailure.MFAFailure', message: quoted } },
      { httpStatus: 307, headers: { Location: 'http://127.0.0.1:1/' }, rawBody: '' },
    ];
    const faulty: string[] = [];
    for (const [i, answer] of [...answers, { drop: true }, { rawBody: '<html>' }].entries()) {
      const taskId = `t-fault-${i}`;
      faulty.push(taskId);
      // Twice: the first drop may only meet a kept connection, which is replaced unseen.
      world.emulator.setTask(ZONE, taskId, { answers: [answer, answer, { status: 'InProgress' }] });
      await world.client.follow({ zoneId: ZONE, taskId, polling: FAST, requestedBy: 'a test' });
    }
    world.emulator.setTask(ZONE, 't-failed', { answers: [{ status: 'Failed', failureReason: '部署失败' }] });
    await world.client.follow({ zoneId: ZONE, taskId: 't-failed' });
    await world.client.waitForOutcome(ZONE, 't-failed', { timeoutMs: 30_000 });
    await until('every fault was met', async () => {
      const snapshots = await Promise.all(faulty.map((taskId) => world.client.status(ZONE, taskId)));
      return snapshots.every(({ observations }) => observations.some(({ errorCode }) => errorCode !== undefined));
    });
    await run('status', ZONE, 't-fault-0');
    await run('status', ZONE, 't-fault-0', '--json');
    await run('doctor', '--json');
    await run('doctor');

    // These still poll: one of them could meet the revoked key first, and heal it for the others.
    for (const taskId of faulty) {
      await world.client.cancel(ZONE, taskId);
      await world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 30_000 });
    }

    // The key is revoked: the follow gets another in the same poll, after the shortest time between two.
    await until('the key is five seconds old', () => Date.now() > (stsCalls().at(-1)?.at ?? 0) + 5_100);
    world.emulator.setTask(ZONE, 't-revoked', { answers: [{ status: 'Success' }] });
    world.emulator.setAccounts([FIRST, { ...issued, disabled: true }]);
    await world.client.follow({ zoneId: ZONE, taskId: 't-revoked' });
    await expect(world.client.waitForOutcome(ZONE, 't-revoked', { timeoutMs: 30_000 })).resolves.toMatchObject({
      outcome: { phase: 'Succeeded', polls: 1 },
    });
    expect(world.emulator.requests('t-revoked').map(({ answered }) => answered)).toEqual([
      'AuthFailure.SecretIdNotFound',
      'Success',
    ]);

    for (const taskId of ['t-plain', 't-failed', 't-revoked', ...faulty]) {
      const handle = world.temporal.workflow.getHandle(workflowId(ZONE, taskId));
      const { memo, typedSearchAttributes, staticDetails } = await handle.describe();
      told.push(JSON.stringify({ memo, searchAttributes: typedSearchAttributes.getAll(), staticDetails }));
      const { History } = temporal.api.history.v1;
      told.push(Buffer.from(History.encode(await handle.fetchHistory()).finish()).toString('utf8'));
    }
    await worker.stop('SIGTERM');
    told.push(worker.output());

    const everything = told.join('\n');
    // What the search must be able to find, so that finding nothing means something.
    for (const word of [
      'The token … of … was refused.',
      'ClientError.Redirect',
      'ClientError.ConnectionReset',
      'ClientError.MalformedAnswer',
      'ProvisioningFailed',
      'Worker is polling',
    ]) {
      expect(everything).toContain(word);
    }
    const keys = [FIRST, SECOND, DEMO_ACCOUNT, ...world.emulator.issued()];
    const secrets = keys.flatMap(({ secretId, secretKey, token }) => [secretId, secretKey, token ?? secretKey]);
    const signatures = world.emulator
      .requests()
      .flatMap(({ headers }) => /Signature=([\da-f]+)/.exec(headers.authorization ?? '')?.[1] ?? []);
    expect(signatures.length).toBeGreaterThan(10);
    expect([...secrets, ...signatures, 'TC3-HMAC-SHA256'].filter((secret) => everything.includes(secret))).toEqual([]);
  }, 120_000);
});
