import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Client, Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

import { findTemporalCli } from '../../src/dev/temporal-binaries';
import { isAlive, launch, type ProcessEnd, type RunningProcess } from '../support/processes';
import { root } from '../support/project';
import { until } from '../support/until';

const BIN = path.join(root, 'bin', 'provisioning.js');
const REASON = 'The sub-account already has a user of this name';

interface UpReport {
  address: string;
  uiUrl: string;
  emulatorUrl: string;
  sample: {
    taskId: string;
    workflowId: string;
    link: string;
    kind: string;
    outcome: { phase: string; failureReason: string; polls: number };
  }[];
  deviations: string[];
}

describe('up', () => {
  let data: string;
  let env: Record<string, string>;
  let running: RunningProcess[];

  beforeEach(async () => {
    running = [];
    data = await mkdtemp(path.join(tmpdir(), 'provisioning-up-'));
    env = { PATH: process.env.PATH ?? '', HOME: data, TEMPORAL_CLI_PATH: await findTemporalCli() };
  });

  afterEach(async () => {
    await Promise.all(running.map((one) => one.stop('SIGKILL')));
    await rm(data, { recursive: true, force: true });
  });

  function up(args: readonly string[] = [], extra: Record<string, string> = {}): RunningProcess {
    const ports = ['--port', '0', '--ui-port', '0'];
    const one = launch(BIN, ['up', '--data', path.join(data, 'state'), ...ports, ...args], { ...env, ...extra });
    running.push(one);
    return one;
  }

  const addressIn = (output: string): string => /Temporal server at (\S+),/.exec(output)?.[1] ?? '';

  test('once, with busy ports and settings of a cluster elsewhere: the sample ends as scripted, exit code 0', async () => {
    const busy = net.createServer();
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    const port = (busy.address() as net.AddressInfo).port;
    const elsewhere = { TEMPORAL_ADDRESS: '127.0.0.1:1', TEMPORAL_TLS: 'true', TEMPORAL_NAMESPACE: 'prod' };
    const end: ProcessEnd = await up(['--once', '--json', '--port', String(port)], elsewhere).ended;
    busy.close();

    const report = JSON.parse(end.stdout) as UpReport;
    expect(end.output).toContain(`Port ${port} is busy, so the server has another one.`);
    expect(end.output).toContain("No cloud credentials were found, so a stand-in for the cloud's API answers at");
    expect(end.output).toContain('It is not the real service.');
    expect(report.sample.map(({ kind, outcome }) => [kind, outcome.phase, outcome.failureReason])).toEqual([
      ['ended', 'Succeeded', ''],
      ['ended', 'Failed', REASON],
      ['ended', 'Succeeded', ''],
    ]);
    const [first] = report.sample;
    expect(first?.workflowId).toBe(`provisioning-task/z-demo/${first?.taskId}`);
    expect(first?.link).toBe(
      `${report.uiUrl}/namespaces/default/workflows/provisioning-task%2Fz-demo%2F${first?.taskId}`,
    );
    expect(report.deviations).toEqual([]);
    expect(end.code).toBe(0);
  }, 180_000);

  test('stays up: other shells follow tasks, a second up is refused its data, Ctrl-C drains; the data is found again', async () => {
    const first = up();
    await first.until('Everything stays up until Ctrl-C.');
    expect(first.output()).toContain(`failed: ${REASON}`);
    expect(first.output()).toMatch(
      /Try next.*\n {2}TEMPORAL_ADDRESS=\S+ npx provisioning follow z-demo t-try --wait\n/,
    );
    const page = /http:\S+workflows\/\S+-slow/.exec(first.output())?.[0] ?? '';
    expect((await fetch(page)).status).toBe(200);

    const shell = { ...env, TEMPORAL_ADDRESS: addressIn(first.output()) };
    const follow = (...args: string[]): Promise<ProcessEnd> => launch(BIN, ['follow', 'z-demo', ...args], shell).ended;
    const [good, bad] = await Promise.all([
      follow('t-try', '--wait', '--json'),
      follow('t-try-fail', '--wait', '--json'),
    ]);
    expect(JSON.parse(good.stdout)).toMatchObject({ follow: { state: 'started' }, outcome: { phase: 'Succeeded' } });
    expect(good.code).toBe(0);
    expect(JSON.parse(bad.stdout)).toMatchObject({
      outcome: { phase: 'Failed', failureReason: 'The permission set of the sub-account is locked' },
    });
    expect(bad.code).toBe(3);

    const second = await up().ended;
    expect(second.output).toBe(
      `Process ${first.pid} uses ${path.join(data, 'state')} already. Stop it, or choose another folder with --data\n`,
    );
    expect(second.code).toBe(2);
    await expect(first.stop('SIGINT')).resolves.toEqual({ code: 0, signal: null });

    const again = up([], { TENCENTCLOUD_SECRET_ID: 'AKIDexample', TENCENTCLOUD_SECRET_KEY: 'example' });
    await again.until('Everything stays up until Ctrl-C.');
    expect(again.output()).toContain('The worker asks the real cloud, so no sample is followed.');
    expect(again.output()).toMatch(/ npx provisioning follow <zone> <task> --wait\n/);
    expect(again.output()).not.toContain('stand-in');
    const listed = await workflowIds(addressIn(again.output()));
    expect(listed).toHaveLength(5);
    expect(listed).toContain('provisioning-task/z-demo/t-try-fail');
    await expect(again.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
  }, 180_000);

  test('a worker that ends by itself ends everything, with its own words and exit code', async () => {
    const end = await up(['--once'], { TENCENTCLOUD_SECRET_ID: 'AKIDexample' }).ended;
    expect(end.output).toContain('The worker ended by itself (exit 2):');
    expect(end.output).toContain('the environment has TENCENTCLOUD_SECRET_ID but no TENCENTCLOUD_SECRET_KEY');
    expect(end.code).toBe(2);
    const address = addressIn(end.output);
    expect(address).not.toBe('');
    await expect(answers(address)).resolves.toBe(false);
  }, 180_000);

  test('killed with SIGKILL it leaves no server and no worker behind', async () => {
    const one = up([], { TENCENTCLOUD_SECRET_ID: 'AKIDexample', TENCENTCLOUD_SECRET_KEY: 'example' });
    await one.until('Everything stays up until Ctrl-C.');
    const address = addressIn(one.output());
    let worker = NaN;
    await until('the worker polls', async () => (worker = await workerPid(address)) > 0);
    await one.stop('SIGKILL');
    await until('the worker has gone', () => !isAlive(worker));
    await until('the server has gone', async () => !(await answers(address)));
  }, 180_000);
});

async function withConnection<T>(address: string, action: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address, connectTimeout: 10_000 });
  try {
    return await action(connection);
  } finally {
    await connection.close();
  }
}

function workflowIds(address: string): Promise<string[]> {
  return withConnection(address, async (connection) => {
    const found: string[] = [];
    for await (const { workflowId } of new Client({ connection }).workflow.list()) found.push(workflowId);
    return found;
  });
}

/** A worker's default identity begins with its process id. */
function workerPid(address: string): Promise<number> {
  return withConnection(address, async ({ workflowService }) => {
    const { pollers } = await workflowService.describeTaskQueue({
      namespace: 'default',
      taskQueue: { name: 'provisioning' },
      taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    });
    return Number(/^\d+/.exec(pollers?.[0]?.identity ?? '')?.[0]);
  });
}

function answers(address: string): Promise<boolean> {
  const [host, port] = address.split(':');
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
