import path from 'node:path';

import { type ProvisioningOutcome } from '../../src/client';
import { createWorld, type World } from '../e2e/world';
import { launch, type ProcessEnd, type RunningProcess } from '../support/processes';
import { root } from '../support/project';
import { until } from '../support/until';

const BIN = path.join(root, 'bin', 'provisioning.js');
const ZONE = 'z-cli';
const FAST = ['--min-interval', '0.2', '--max-interval', '0.2'];

describe('the command line, with a real server, worker process and socket', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld();
    await world.startWorker();
  });

  afterAll(async () => world.close());

  function start(...args: string[]): RunningProcess {
    return launch(BIN, args, world.workerEnvironment);
  }

  async function run(...args: string[]): Promise<ProcessEnd> {
    return start(...args).ended;
  }

  const jsonOf = ({ stdout }: ProcessEnd): unknown => JSON.parse(stdout);

  test('follow --wait --json gives the outcome and exit code 0; again, it attaches', async () => {
    world.emulator.setTask(ZONE, 't-ok', { answers: [{ status: 'InProgress' }, { status: 'Success' }] });
    const first = await run('follow', ZONE, 't-ok', '--wait', '--json', ...FAST);
    expect(jsonOf(first)).toMatchObject({
      follow: { workflowId: 'provisioning-task/z-cli/t-ok', state: 'started' },
      kind: 'ended',
      outcome: { phase: 'Succeeded', status: 'Success', polls: 2, taskType: 'StartProvisioning' },
    });
    expect(first.code).toBe(0);
    const second = await run('follow', ZONE, 't-ok', '--wait', '--json', ...FAST);
    const outcome = (jsonOf(first) as { outcome: ProvisioningOutcome }).outcome;
    expect(jsonOf(second)).toMatchObject({ follow: { state: 'ended' }, kind: 'ended', outcome });
    expect(second.code).toBe(0);
    expect(world.emulator.requests('t-ok')).toHaveLength(2);
  });

  test('a failed task gives its reason and exit code 3, in sentences too', async () => {
    world.emulator.setTask(ZONE, 't-fail', { answers: [{ status: 'Failed', failureReason: '部署失败: locked' }] });
    const end = await run('follow', ZONE, 't-fail', '--wait');
    expect(end.stdout).toBe(
      'Started provisioning-task/z-cli/t-fail\nFailed: Task t-fail of zone z-cli failed: 部署失败: locked\n',
    );
    expect(end.code).toBe(3);
  });

  const notFound = 'ResourceNotFound.UserProvisioningTaskNotFound';
  test.each<[string, string, string[], number, object]>([
    ['not found', 't-missing', ['--not-found-grace', '0'], 4, { phase: 'NotFound', lastError: { code: notFound } }],
    ['deadline', 't-late', ['--deadline', '5'], 5, { phase: 'DeadlineExceeded', status: 'InProgress', polls: 2 }],
    ['rejected', 't-bad', [], 7, { phase: 'Rejected', lastError: { code: 'InvalidParameter' } }],
  ])('%s has an exit code of its own', async (_, taskId, options, code, outcome) => {
    world.emulator.setTask(ZONE, 't-late', { answers: [{ status: 'InProgress' }] });
    world.emulator.setTask(ZONE, 't-bad', { answers: [{ error: { code: 'InvalidParameter' } }] });
    const end = await run('follow', ZONE, taskId, '--wait', '--json', '--min-interval', '20', ...options);
    expect(jsonOf(end)).toMatchObject({ kind: 'ended', outcome });
    expect(end.code).toBe(code);
  });

  test('a wait that times out has exit code 9 and the snapshot; Ctrl-C has 130; both leave the follow alone', async () => {
    world.emulator.setTask(ZONE, 't-long', { answers: [{ status: 'InProgress' }] });
    const pace = ['--min-interval', '3', '--max-interval', '3'];
    const follow = ['follow', ZONE, 't-long', '--wait', ...pace];
    await run('follow', ZONE, 't-long', ...pace);
    await until('the first poll is over', async () => (await world.client.status(ZONE, 't-long')).polls >= 1);
    const hasty = await run(...follow, '--timeout', '1', '--json');
    expect(jsonOf(hasty)).toMatchObject({ kind: 'waiting', snapshot: { phase: 'Polling', status: 'InProgress' } });
    expect(hasty.code).toBe(9);

    const interrupted = start(...follow);
    await interrupted.until('Attached to provisioning-task/z-cli/t-long, which follows this task already');
    await interrupted.until('t-long Polling, status InProgress');
    await expect(interrupted.stop('SIGINT')).resolves.toEqual({ code: 130, signal: null });
    expect(interrupted.output()).toContain('Not over yet: the wait ended, the follow goes on');
    await expect(world.client.status(ZONE, 't-long')).resolves.toMatchObject({ phase: 'Polling' });

    const waiting = start(...follow, '--json');
    await waiting.until('t-long Polling');
    const cancelled = await run('cancel', ZONE, 't-long', '--json');
    expect(jsonOf(cancelled)).toEqual({ workflowId: 'provisioning-task/z-cli/t-long', requested: 'cancel' });
    const end = await waiting.ended;
    expect(jsonOf(end)).toMatchObject({ kind: 'ended', outcome: { phase: 'Cancelled' } });
    expect(end.code).toBe(6);
  });

  test('status and poll-now steer a follow that was started without a wait', async () => {
    world.emulator.setTask(ZONE, 't-steer', { answers: [{ status: 'InProgress' }, { status: 'Success' }] });
    const started = await run('follow', ZONE, 't-steer', '--min-interval', '900', '--max-interval', '900', '--json');
    expect(jsonOf(started)).toMatchObject({ follow: { state: 'started' } });
    await until('the first poll is over', async () => (await world.client.status(ZONE, 't-steer')).polls === 1);
    const status = await run('status', ZONE, 't-steer', '--json');
    expect(jsonOf(status)).toEqual(await world.client.status(ZONE, 't-steer'));
    expect((await run('status', ZONE, 't-steer')).stdout).toMatch(
      /^t-steer Polling, status InProgress, age \d+ s, 1 poll, next in \d+ s\n$/,
    );
    const polled = await run('poll-now', ZONE, 't-steer', '--json');
    expect(jsonOf(polled)).toEqual({ workflowId: 'provisioning-task/z-cli/t-steer', requested: 'pollNow' });
    await expect(world.client.waitForOutcome(ZONE, 't-steer', { timeoutMs: 30_000 })).resolves.toMatchObject({
      kind: 'ended',
      outcome: { phase: 'Succeeded', polls: 2 },
    });
  });

  test('resume takes a blocked follow back to work at once', async () => {
    const error = { code: 'UnauthorizedOperation', message: 'ask your admin' };
    world.emulator.setTask(ZONE, 't-blocked', { answers: [{ error }, { status: 'Success' }] });
    await run('follow', ZONE, 't-blocked');
    await until('it is blocked', async () => (await world.client.status(ZONE, 't-blocked')).phase === 'Blocked');
    expect((await run('status', ZONE, 't-blocked')).stdout).toContain(
      'needs a person: UnauthorizedOperation ask your admin',
    );
    const resumed = await run('resume', ZONE, 't-blocked', '--json');
    expect(jsonOf(resumed)).toEqual({ workflowId: 'provisioning-task/z-cli/t-blocked', requested: 'resume' });
    await expect(world.client.waitForOutcome(ZONE, 't-blocked', { timeoutMs: 30_000 })).resolves.toMatchObject({
      kind: 'ended',
      outcome: { phase: 'Succeeded', polls: 2 },
    });
  });

  test.each([
    ['status'],
    ['watch'],
    ['history'],
    ['poll-now'],
    ['check-now'],
    ['task-changed'],
    ['pause', '--reason', 'x'],
    ['resume'],
    ['extend', '--by', '60'],
    ['set-polling', '--min-interval', '1'],
    ['resolve', '--outcome', 'Failed', '--reason', 'x', '--by', 'y'],
    ['cancel'],
  ])('%s of a task that nobody follows says so, exit code 4', async (name, ...options) => {
    const end = await run(name, ZONE, 't-never', '--json', ...options);
    expect(jsonOf(end)).toEqual({
      error: {
        code: 'NotFollowed',
        message: 'Task t-never of zone z-cli is not followed in this namespace: start it with follow',
      },
    });
    expect(end.code).toBe(4);
  });

  test('a terminated workflow has exit code 10', async () => {
    world.emulator.setTask(ZONE, 't-killed', { answers: [{ status: 'InProgress' }] });
    const waiting = start('follow', ZONE, 't-killed', '--wait', '--json');
    await waiting.until('t-killed Polling');
    await world.temporal.workflow.getHandle('provisioning-task/z-cli/t-killed').terminate('by a test');
    const end = await waiting.ended;
    expect(jsonOf(end)).toMatchObject({ kind: 'stopped', reason: 'by a test' });
    expect(end.code).toBe(10);
  });

  test('bad input names every fault and starts nothing, exit code 2', async () => {
    const end = await run('follow', '', 'a b', '--deadline', '0', '--json');
    const faults = [
      'zoneId must be a non-empty string',
      'taskId must not contain white space or control characters',
      'deadlineSeconds must be a number of seconds, positive, at most 315360000',
    ];
    expect(jsonOf(end)).toEqual({
      error: { code: 'InvalidInput', message: `Invalid input: ${faults.join('; ')}`, faults },
    });
    expect(end.code).toBe(2);
    const told = await run('status', '', 'a b');
    expect(told.output).toBe(
      'Bad input:\n  - zoneId must be a non-empty string\n  - taskId must not contain white space or control characters\n',
    );
    expect(told.code).toBe(2);
  });

  test.each<[string[], string]>([
    [[], 'Usage: provisioning'],
    [['nothing'], "error: unknown command 'nothing'"],
    [['follow', ZONE], "error: missing required argument 'task'"],
    [['follow', ZONE, 't', '--speed', '1'], "error: unknown option '--speed'"],
    [['emulator', '--port', 'x', '--task', 'y'], '--port must be a port number from 0 to 65535, got "x"'],
    [['up', '--port', '99999', '--ui-port', '-'], '--ui-port must be a port number from 0 to 65535, got "-"'],
  ])('usage that is wrong has exit code 2: %p', async (args, text) => {
    const end = await run(...args);
    expect(end.output).toContain(text);
    expect(end.code).toBe(2);
  });

  test('wrong usage is JSON where JSON was asked for', async () => {
    const end = await run('follow', ZONE, '--json');
    expect(jsonOf(end)).toEqual({ error: { code: 'Usage', message: "missing required argument 'task'" } });
    expect(end.output).toBe(end.stdout);
    expect(end.code).toBe(2);
  });

  test('no server: a sentence that says what to do, exit code 8', async () => {
    const address = '127.0.0.1:1';
    const env = { ...world.workerEnvironment, TEMPORAL_ADDRESS: address };
    const message = `No Temporal server answers at ${address}. Start one with "npm run up", or set TEMPORAL_ADDRESS to the server's host:port`;
    const end = await launch(BIN, ['status', ZONE, 't', '--json'], env).ended;
    expect(jsonOf(end)).toEqual({ error: { code: 'CannotConnect', message } });
    expect(end.code).toBe(8);
  });

  test('no namespace: the command that creates it, exit code 2', async () => {
    const env = { ...world.workerEnvironment, TEMPORAL_NAMESPACE: 'nowhere' };
    const end = await launch(BIN, ['follow', ZONE, 't'], env).ended;
    expect(end.output).toBe(
      'Namespace "nowhere" does not exist. Create it with: temporal operator namespace create --namespace nowhere\n',
    );
    expect(end.code).toBe(2);
  });

  test.each([['status', ZONE, 't'], ['worker']])(
    'a configuration of Temporal that cannot be read is named, exit code 2: %s',
    async (...args) => {
      const file = path.join(root, 'LICENSE');
      const env = { ...world.workerEnvironment, TEMPORAL_CONFIG_FILE: file };
      const end = await launch(BIN, args, env).ended;
      expect(end.output).toContain(`Temporal's client configuration (TEMPORAL_* variables, ${file}) cannot be read: `);
      expect(end.code).toBe(2);
    },
  );

  test('a worker names the faults of its own configuration and of the connection together', async () => {
    const env = {
      ...world.workerEnvironment,
      TEMPORAL_CONFIG_FILE: path.join(root, 'LICENSE'),
      PROVISIONING_REGION: 'a region',
    };
    const { stdout, code } = await launch(BIN, ['worker', '--json'], env).ended;
    const { error } = JSON.parse(stdout) as { error: { code: string; faults: string[] } };
    expect(error.code).toBe('Configuration');
    expect(error.faults).toHaveLength(2);
    expect(error.faults[0]).toBe('PROVISIONING_REGION must be a region such as ap-singapore, got "a region"');
    expect(error.faults[1]).toContain("Temporal's client configuration (TEMPORAL_* variables, ");
    expect(code).toBe(2);
  });

  test('the worker command polls, drains on SIGTERM, and reports its faults as JSON', async () => {
    const worker = start('worker', '--json');
    await worker.until('"polling"');
    await expect(worker.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
    const { stdout } = await worker.ended;
    expect(JSON.parse(stdout)).toEqual({
      state: 'polling',
      taskQueues: ['provisioning', 'tencent-organization', 'tencent-user-sync'],
      httpUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
    });

    const env = { ...world.workerEnvironment, PROVISIONING_STATUS_CALLS_PER_SECOND: 'many' };
    const end = await launch(BIN, ['worker', '--json'], env).ended;
    const fault = 'PROVISIONING_STATUS_CALLS_PER_SECOND must be a number above 0 and at most 1000, got "many"';
    expect(jsonOf(end)).toEqual({
      error: { code: 'Configuration', message: `The configuration cannot be used: ${fault}`, faults: [fault] },
    });
    expect(end.code).toBe(2);
  });

  test('the emulator command plays the tasks that it was given', async () => {
    const emulator = start('emulator', '--json', '--task', 'z-1/t-1=0', '--task', 'z-1/t-2=0:no such user');
    await emulator.until('}');
    const { url, secretId } = JSON.parse(emulator.output()) as { url: string; secretId: string };
    expect(secretId).toBe(world.workerEnvironment.TENCENTCLOUD_SECRET_ID);
    const received: unknown = await (await fetch(`${url}/_emulator/requests`)).json();
    expect(received).toEqual([]);
    await expect(emulator.stop('SIGINT')).resolves.toEqual({ code: 0, signal: null });
  });

  test('a reader that goes away ends the command quietly', async () => {
    const command = start('completion', 'bash');
    command.child.stdout?.destroy();
    await expect(command.ended).resolves.toMatchObject({ code: 141, output: '' });
  });

  test('help tells examples and exit codes', async () => {
    const program = await run('--help');
    expect(program.stdout).toContain('0 success');
    expect(program.stdout).toContain('8 cannot connect');
    expect(program.code).toBe(0);
    const commands =
      'up worker codec-server provision deprovision batch follow list status watch history open poll-now check-now task-changed';
    const others =
      'pause resume extend set-polling resolve cancel doctor config health encryption-key emulator completion';
    for (const name of `${commands} ${others}`.split(' '))
      expect(program.stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    const follow = await run('follow', '--help');
    expect(follow.stdout).toContain('Examples:\n  $ provisioning follow z-djw98wnd0000 t-d8wjd8j30000\n');
    expect((await run('--version')).stdout).toBe('0.2.0\n');
  });
});
