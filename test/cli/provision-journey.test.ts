import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { BatchClient, type BatchProgress, type ReportLine, type UserSyncItem } from '../../src/client';
import { createWorld, type World } from '../e2e/world';
import { launch, type ProcessEnd } from '../support/processes';
import { root } from '../support/project';
import { launchAtTerminal, type TerminalProcess } from '../support/pseudo-terminal';
import { until } from '../support/until';

const BIN = path.join(root, 'bin', 'provisioning.js');
const HEADER = 'principalType,principalId,targetType,targetUin,deletionStrategy\n';
const IN_PROGRESS = { answers: [{ status: 'InProgress' }] };

describe('batches from the command line, with a real server and worker process', () => {
  let world: World;
  let batches: BatchClient;
  let folder: string;
  let env: Record<string, string>;
  let terminals: TerminalProcess[];

  beforeAll(async () => {
    expect(spawnSync('python3', ['--version']).status).toBe(0);
    folder = mkdtempSync(path.join(tmpdir(), 'journey-'));
    world = await createWorld();
    env = { ...world.workerEnvironment, PROVISIONING_ITEMS_FOLDER: path.join(folder, 'items') };
    await world.startWorker(env);
    batches = new BatchClient(world.temporal);
  });

  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(() => (terminals = []));
  afterEach(async () => {
    await Promise.all(terminals.map((terminal) => terminal.hangUp()));
  });

  async function run(...args: string[]): Promise<ProcessEnd> {
    return launch(BIN, args, env).ended;
  }

  function atTerminal(...args: string[]): TerminalProcess {
    const terminal = launchAtTerminal(BIN, args, { env, columns: 200 });
    terminals.push(terminal);
    return terminal;
  }

  function write(name: string, text: string): string {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  }

  const jsonOf = <T = Record<string, unknown>>({ stdout }: ProcessEnd): T => JSON.parse(stdout) as T;
  const item = (principalId: string): UserSyncItem => ({
    principalType: 'User',
    principalId,
    targetType: 'MemberUin',
    targetUin: '100000000001',
  });
  const row = (principalId: string): string => `User,${principalId},MemberUin,100000000001,Keep\n`;

  /** Lets the task of a principal succeed, and has its follow see that now. */
  async function succeed(zoneId: string, principalId: string): Promise<void> {
    const { userProvisioningId } =
      world.emulator.userSyncs(zoneId).find((one) => one.principalId === principalId) ?? {};
    const tasks = world.emulator.userSyncTasks(zoneId).filter((one) => one.userProvisioningId === userProvisioningId);
    for (const { taskId } of tasks) {
      world.emulator.setTask(zoneId, taskId, {});
      await world.client.pollNow(zoneId, taskId);
    }
  }

  async function untilProgress(workflowId: string, holds: (progress: BatchProgress) => boolean): Promise<void> {
    await until(`${workflowId}: ${holds.toString()}`, async () => holds(await batches.progress(workflowId)));
  }

  test('plan, run, detach, attach, report, remove', async () => {
    const zone = 'z-journey';
    world.emulator.setZone(zone, { unknownUsers: ['u-unknown'], createTasks: { 'u-slow': IN_PROGRESS } });
    const seed = await batches.provisionUsers('seed', { zoneId: zone, items: [item('u-there')] });
    await batches.waitForReport(seed.workflowId);
    const file = write('users.csv', `${HEADER}${['u-1', 'u-there', 'u-slow', 'u-unknown'].map(row).join('')}`);
    const provision = ['provision', '--zone', zone, '--file', file];
    const report = path.join(folder, 'users-report');

    const [plan, refused] = await Promise.all([run(...provision, '--plan'), run(...provision, '--report', report)]);
    expect(plan.output).toMatch(/^Plan for zone z-journey: create 3, adopt 1, change 0, refuse 0\n/);
    expect(plan.output).toContain('User u-there → MemberUin 100000000001');
    expect(refused.output).toContain(
      `Start the batch in zone z-journey: create 3, adopt 1, change 0? There is no terminal to ask on: add --yes, or look first with: provisioning provision --zone z-journey --file ${file} --plan\n`,
    );
    expect([plan.code, refused.code]).toEqual([0, 2]);
    expect(world.emulator.userSyncs(zone)).toHaveLength(1);

    const first = atTerminal(...provision, '--report', report);
    await first.until('create 3, adopt 1, change 0? [y/N] ');
    first.type('y\n');
    await first.until('[###############-----] Running 3 of 4 (75 %), ');
    const workflowId = /Started (\S+)/.exec(first.output())?.[1] ?? '';
    expect(workflowId).toMatch(/^provision-users\/z-journey\/[\da-f]{12}$/);
    first.type('\u0003');
    await expect(first.ended).resolves.toBe(130);
    const goesOn = `Not over yet: the batch goes on. Attach again with: provisioning batch attach ${workflowId}`;
    expect(first.output()).toContain(goesOn);

    const [again, progress] = await Promise.all([
      run(...provision, '--yes', '--detach', '--json'),
      run('batch', 'progress', workflowId),
    ]);
    expect(jsonOf(again)).toMatchObject({ plan: { counts: { adopt: 3 } }, batch: { workflowId, state: 'attached' } });
    expect(progress.output).toMatch(/^Running 3 of 4 \(75 %\), .*Refused 1, StillFollowed 1, about .* left\n$/);
    expect([again.code, progress.code]).toEqual([0, 0]);

    const second = atTerminal('batch', 'attach', workflowId, '--report', report);
    await second.until('Running 3 of 4');
    await succeed(zone, 'u-slow');
    await expect(second.ended).resolves.toBe(3);
    expect(second.output()).toMatch(/Completed after .*: 4 items, Succeeded \d, .*Refused 1\r\n/);
    expect(second.output()).toContain(
      'User u-unknown → MemberUin 100000000001  Refused  ResourceNotFound.UserNotExist  ',
    );
    expect(second.output()).toContain(`Report: ${report}.json and ${report}.csv`);
    const { lines } = JSON.parse(readFileSync(`${report}.json`, 'utf8')) as { lines: ReportLine[] };
    expect(lines.map(({ principalId, outcome }) => [principalId, outcome])).toEqual([
      ['u-1', 'Succeeded'],
      ['u-there', 'Succeeded'],
      ['u-slow', 'Succeeded'],
      ['u-unknown', 'Refused'],
    ]);
    expect(readFileSync(`${report}.csv`, 'utf8').split('\r\n')).toHaveLength(6);

    const told = await run('batch', 'report', workflowId, '--json', '--report', path.join(folder, 'again'));
    expect(jsonOf(told)).toMatchObject({
      workflowId,
      report: { phase: 'Completed', total: 4 },
      failures: [{ principalId: 'u-unknown', outcome: 'Refused' }],
      files: { csv: path.join(folder, 'again.csv') },
    });
    expect(told.code).toBe(0);

    const { userProvisioningId } = lines[0] ?? {};
    const removal = write('gone.json', JSON.stringify([{ userProvisioningId }, item('u-slow'), item('u-never')]));
    const deprovision = ['deprovision', '--zone', zone, '--file', removal, '--json', '--report', report];
    const dry = await run(...deprovision, '--dry-run');
    expect(jsonOf(dry)).toMatchObject({
      plan: { counts: { remove: 2, absent: 1 } },
      batch: { workflowId: expect.stringMatching(/^deprovision-users\/z-journey\/[\da-f]{12}-dry-run$/) as string },
      report: { outcomes: { WouldBeRemoved: 2, AlreadyAbsent: 1 } },
      failures: [],
    });
    expect(world.emulator.userSyncs(zone).filter(({ exists }) => exists)).toHaveLength(3);
    const removed = await run(...deprovision, '--yes');
    expect(jsonOf(removed)).toMatchObject({ report: { outcomes: { Succeeded: 2, AlreadyAbsent: 1 } }, failures: [] });
    expect([dry.code, removed.code]).toEqual([0, 0]);
    expect(world.emulator.userSyncs(zone).filter(({ exists }) => exists)).toHaveLength(1);
  });

  test('pause, resume, retry-failed and cancel steer a batch', async () => {
    const zone = 'z-steer';
    world.emulator.setZone(zone, {
      unknownUsers: ['u-unknown'],
      createTasks: { 'u-slow': IN_PROGRESS, 'u-slow-2': IN_PROGRESS },
    });
    const file = write('steer.csv', `${HEADER}${['u-slow', 'u-unknown', 'u-slow-2'].map(row).join('')}`);
    const args = ['--zone', zone, '--file', file, '--yes', '--id', 'steered', '--max-in-flight', '1'];
    const report = ['--report', path.join(folder, 'steer')];
    const id = 'provision-users/z-steer/steered';
    const batch = (name: string, ...more: string[]): Promise<ProcessEnd> => run('batch', name, id, ...more);
    const waiting = launch(BIN, ['provision', ...args, ...report], env);
    await waiting.until(`Started ${id}`);
    await untilProgress(id, ({ outcomes }) => outcomes.StillFollowed === 1);

    const paused = await batch('pause', '--reason', 'maintenance');
    expect(paused.output).toBe(
      'The batch was asked to pause: it begins nothing new, and what has begun is followed on\n',
    );
    await untilProgress(id, ({ phase, pausedReason }) => phase === 'Paused' && pausedReason === 'maintenance');
    await succeed(zone, 'u-slow');
    await waiting.until('Paused 1 of 3 (33 %), Succeeded 1, NotStarted 2, paused: maintenance');
    const resumed = await batch('resume', '--json');
    expect(jsonOf(resumed)).toEqual({ workflowId: id, requested: 'resume' });
    await untilProgress(id, ({ outcomes }) => outcomes.Refused === 1 && outcomes.StillFollowed === 1);
    world.emulator.setZone(zone, {});
    const retried = await batch('retry-failed');
    expect(retried.output).toBe('1 item is tried again\n');
    const cancelled = await batch('cancel');
    expect(cancelled.output).toBe(
      'The batch was asked to end: it begins nothing new, and tasks that have begun go on in the cloud\n',
    );
    expect([paused, resumed, retried, cancelled].map(({ code }) => code)).toEqual([0, 0, 0, 0]);

    const { code, stdout } = await waiting.ended;
    expect(code).toBe(6);
    expect(stdout).toMatch(/\nCancelled after .*: 3 items, Succeeded 1, StillFollowed 1, NotStarted 1\n/);
    const late = await batch('resume', '--json');
    expect(jsonOf(late)).toMatchObject({ error: { code: 'BatchEnded' } });
    const never = await run('batch', 'progress', 'provision-users/z-steer/never', '--json');
    expect(jsonOf(never)).toMatchObject({ error: { code: 'BatchNotFound' } });
    expect([late.code, never.code]).toEqual([4, 4]);
  });

  test('what must not or cannot be started, is not', async () => {
    const zone = 'z-refused';
    world.emulator.setZone(zone, {});
    const take = write('take.json', JSON.stringify([{ ...item('u-1'), duplicationStrategy: 'TakeOver' }]));
    const args = ['provision', '--zone', zone, '--file', take, '--report', path.join(folder, 'take')];
    const [sentence, json, unknown] = await Promise.all([
      run(...args, '--yes'),
      run(...args, '--plan', '--json'),
      run(...args, '--zone', 'z-unknown', '--plan', '--json'),
    ]);
    expect(sentence.output).toContain('Nothing may be started: items that say TakeOver (1) replace existing users');
    expect(jsonOf(json)).toMatchObject({ plan: { counts: { refuse: 1 } }, error: { code: 'Refused' } });
    expect(jsonOf<{ error: object }>(unknown).error).toEqual({
      code: 'UserSyncsUnreadable',
      message: expect.stringContaining('could not be read: FailedOperation.ZoneIdNotExist: ') as string,
    });
    expect([sentence.code, json.code, unknown.code]).toEqual([2, 2, 7]);
    expect(world.emulator.userSyncs(zone)).toEqual([]);
  });

  test('items that are more than an input holds go into the folder of item files', async () => {
    const zone = 'z-large';
    world.emulator.setZone(zone, {});
    // Three bytes a character: few items that are a lot of JSON.
    const description = '部'.repeat(1_000);
    const items = Array.from({ length: 490 }, (_, index) => ({ ...item(`u-${index}`), description }));
    const file = write('large.json', JSON.stringify(items));
    const report = path.join(folder, 'large');
    const args = ['provision', '--zone', zone, '--file', file, '--yes', '--detach', '--json', '--report', report];
    const started = await run(...args, '--id', 'large');
    const [name = ''] = readdirSync(path.join(folder, 'items'));
    expect(started.output).toContain(`The workers read the items from ${path.join(folder, 'items', name)}\n`);
    expect(jsonOf(started)).toMatchObject({ plan: { counts: { create: 490 } }, batch: { state: 'started' } });
    const first = () => world.emulator.userSyncs(zone).find(({ principalId }) => principalId === 'u-0');
    await until('the first is created', () => first() !== undefined);
    expect(first()?.description).toBe(description);
  });
});
