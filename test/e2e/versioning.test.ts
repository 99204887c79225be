import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { WorkflowClient, type WorkflowStartInput } from '@temporalio/client';

import {
  BatchClient,
  batchWorkflowId,
  FOLLOW_PROVISIONING_TASK,
  PROVISION_USERS,
  TASK_QUEUES,
  workflowId,
  type FollowInput,
  type UserSyncItem,
} from '../../src/client';
import { findTemporalCli } from '../../src/dev/temporal-binaries';
import { judgePollers } from '../../src/doctor/pollers';
import { readTaskQueue } from '../../src/task-queues';
import type { RunningProcess } from '../support/processes';
import { root } from '../support/project';
import { runsOf } from '../support/runs';
import { until } from '../support/until';

import { createWorld, type World } from './world';

const run = promisify(execFile);

const GUIDE = readFileSync(path.join(root, 'docs', 'versioning.md'), 'utf8');

/** The commands of the guide, each by the words in bold before it. */
const COMMANDS = new Map(
  GUIDE.split('\n\n**')
    .slice(1)
    .flatMap((part) => {
      const [, command] = /\n```sh\n(temporal .*)\n```/.exec(part) ?? [];
      return command === undefined ? [] : [[part.slice(0, part.indexOf('**')).replace(/^\d\. |\.$/g, ''), command]];
    }),
);

const DEPLOYMENT = 'provisioning-worker';
const OLD = '0.2.0';
const NEW = '0.3.0';
const ZONE = 'z-versions';
const IN_PROGRESS = { answers: [{ status: 'InProgress' }] };
const HOURLY = { minIntervalSeconds: 4_000, maxIntervalSeconds: 4_000 };
const FAST = { minIntervalSeconds: 0.1, maxIntervalSeconds: 0.1 };

/** Lets the first wait of a follow be over at once, though not its workflow's clock: this is a preview of the server. */
class SkippingClient extends WorkflowClient {
  protected override async createStartWorkflowRequest(input: WorkflowStartInput) {
    const request = await super.createStartWorkflowRequest(input);
    request.timeSkippingConfig = { enabled: true, maxSessionSkipCount: 1 };
    return request;
  }
}

describe('versions of the worker, with a real server and real processes', () => {
  let world: World;
  let batches: BatchClient;
  let oldWorker: RunningProcess;
  let newWorker: RunningProcess;
  let bin: string;

  beforeAll(async () => {
    world = await createWorld({
      eventsOfARun: 200,
      dynamicConfig: {
        'frontend.WorkflowTimeSkippingEnabled': 'true',
        // Else the server looks every three minutes whether a version is drained.
        'matching.wv.VersionDrainageStatusRefreshInterval': '"1s"',
        'matching.wv.VersionDrainageStatusVisibilityGracePeriod': '"1s"',
      },
    });
    batches = new BatchClient(world.temporal);
    bin = path.dirname(await findTemporalCli());
  }, 60_000);
  afterAll(() => world.close(), 60_000);

  const startVersion = (buildId: string) =>
    world.startWorker({ TEMPORAL_DEPLOYMENT_NAME: DEPLOYMENT, TEMPORAL_WORKER_BUILD_ID: buildId });

  async function shell(command: string): Promise<string> {
    const { address, namespace } = world.server;
    const temporal = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
    const env = { PATH: `${bin}:${process.env.PATH}`, HOME: '/nonexistent', ...temporal };
    return (await run('bash', ['-c', command], { env })).stdout;
  }

  /** Does what the guide says under a title. */
  async function follow(title: string, change: (command: string) => string = (command) => command): Promise<string> {
    const command = COMMANDS.get(title);
    if (command === undefined) throw new Error(`The guide has no "${title}": ${[...COMMANDS.keys()].join(', ')}`);
    return shell(change(command));
  }

  async function begin(taskId: string, more: Partial<FollowInput> = {}): Promise<void> {
    world.emulator.setTask(ZONE, taskId, IN_PROGRESS);
    await world.client.follow({ zoneId: ZONE, taskId, polling: HOURLY, ...more });
  }

  async function beginAnHourAgo(taskId: string): Promise<void> {
    world.emulator.setTask(ZONE, taskId, IN_PROGRESS);
    await new SkippingClient({ connection: world.connection, namespace: world.server.namespace }).start(
      FOLLOW_PROVISIONING_TASK,
      {
        workflowId: workflowId(ZONE, taskId),
        taskQueue: TASK_QUEUES.provisioning,
        args: [{ zoneId: ZONE, taskId, polling: HOURLY }],
      },
    );
    await until('it has polled again after its first wait', () => world.emulator.requests(taskId).length === 2);
  }

  async function versioningOf(taskId: string) {
    const { raw } = await world.temporal.workflow.getHandle(workflowId(ZONE, taskId)).describe();
    return raw.workflowExecutionInfo?.versioningInfo;
  }

  /** The build id of the version that made the last step of a follow; none when workers without a version did. */
  async function versionOf(taskId: string): Promise<string | undefined> {
    return (await versioningOf(taskId))?.deploymentVersion?.buildId ?? undefined;
  }

  async function untilVersion(taskId: string, version: string | undefined, polls?: number): Promise<void> {
    await until(`${taskId} is on ${version}`, async () => {
      const isPolled = polls === undefined || world.emulator.requests(taskId).length >= polls;
      return isPolled && (await versionOf(taskId)) === version;
    });
  }

  /** Who did the workflow tasks and the calls of a follow. */
  async function doneBy(taskId: string): Promise<{ steps: Set<number>; calls: Set<number> }> {
    const runs = await runsOf(world.temporal.workflow.getHandle(workflowId(ZONE, taskId)));
    const pid = (identity: string | null | undefined): number => Number.parseInt(identity ?? '', 10);
    const events = runs.flatMap((one) => one.events);
    const steps = events.flatMap(({ workflowTaskStartedEventAttributes: step }) => (step ? [pid(step.identity)] : []));
    const calls = events.flatMap(({ activityTaskStartedEventAttributes: call }) => (call ? [pid(call.identity)] : []));
    return { steps: new Set(steps), calls: new Set(calls) };
  }

  async function judge(): Promise<ReturnType<typeof judgePollers>> {
    const { namespace } = world.server;
    const key = { namespace, queue: TASK_QUEUES.provisioning, kind: 'workflow' } as const;
    return judgePollers([{ ...key, ...(await readTaskQueue(world.connection, key)) }], Date.now());
  }

  test('a version gets nothing until it is made current; its worker and the doctor tell how', async () => {
    oldWorker = await startVersion(OLD);
    await begin('t-first');
    const [, command = ''] =
      /This worker is version provisioning-worker:0\.2\.0, and new follows go to workers without a version\. Make it current with: (temporal [^"]*)/.exec(
        oldWorker.output(),
      ) ?? [];
    expect(command).toBe(
      COMMANDS.get('Make the old version current again')?.replace(
        ' --dep',
        ` --namespace ${world.server.namespace} --dep`,
      ),
    );
    await until('the server knows the worker', async () =>
      (await judge()).detail.includes('provisioning-worker:0.2.0'),
    );
    await expect(judge()).resolves.toEqual({
      verdict: 'failed',
      detail:
        'no workflow worker polls provisioning, only of version provisioning-worker:0.2.0, to which nothing new goes',
      next: `Make it current with: ${command}`,
    });
    await shell(command);
    await untilVersion('t-first', OLD, 1);
    const judged = await judge();
    expect(judged.verdict).toBe('ok');
    expect(judged.detail).toContain('1 worker of the current version provisioning-worker:0.2.0 polls provisioning');
  });

  test('a ramp takes new follows, and gives them up', async () => {
    newWorker = await startVersion(NEW);
    expect(newWorker.output()).toContain(
      'This worker is version provisioning-worker:0.3.0, and new follows go to version provisioning-worker:0.2.0',
    );
    await follow('Ramp, if you like', (command) => command.replace('--percentage 10', '--percentage 100'));
    await begin('t-ramped');
    await untilVersion('t-ramped', NEW, 1);
    await follow('Give up a ramp');
    await begin('t-after-ramp');
    await untilVersion('t-after-ramp', OLD, 1);
  });

  test('what has begun stays with its version, what is new goes to the current one, and both share the calls', async () => {
    await begin('t-pinned');
    await begin('t-paused');
    await begin('t-long', { polling: FAST });
    await beginAnHourAgo('t-aged');
    world.emulator.setZone('z-batch', { createTask: IN_PROGRESS });
    const { workflowId: batchId } = await batches.provisionUsers('batch', { zoneId: 'z-batch', items: [user('u-1')] });
    await until('the batch follows', async () => (await batches.progress(batchId)).outcomes.StillFollowed === 1);
    await untilVersion('t-pinned', OLD, 1);
    await untilVersion('t-paused', OLD, 1);
    await world.client.pause(ZONE, 't-paused', { reason: 'maintenance' });

    await follow('Make it current');
    await begin('t-new');
    await untilVersion('t-new', NEW, 1);
    await until('workers of both versions have made calls of a pinned follow', async () => {
      await world.client.checkNow(ZONE, 't-pinned');
      return (await doneBy('t-pinned')).calls.size === 2;
    });
    expect(await doneBy('t-pinned')).toEqual({
      steps: new Set([oldWorker.pid]),
      calls: new Set([oldWorker.pid, newWorker.pid]),
    });
    expect((await doneBy('t-new')).steps).toEqual(new Set([newWorker.pid]));
    await expect(versionOf('t-pinned')).resolves.toBe(OLD);
  });

  test('a follow that continues as new moves, and one that is older than an hour at its next step', async () => {
    await untilVersion('t-long', NEW);
    await expect(versionOf('t-aged')).resolves.toBe(OLD);
    await world.client.pollNow(ZONE, 't-aged');
    await untilVersion('t-aged', NEW, 3);
    const [first, last, ...others] = await runsOf(world.temporal.workflow.getHandle(workflowId(ZONE, 't-aged')));
    expect(others).toEqual([]);
    expect(first?.events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes).toBeTruthy();
    // It moved before it polled.
    expect(last?.events.filter((event) => event.activityTaskStartedEventAttributes).length).toBe(1);
    await world.client.cancel(ZONE, 't-long');
  });

  test('the old version is current again, takes what is new, and takes back what the other has begun', async () => {
    await follow('Make the old version current again');
    await begin('t-back');
    await untilVersion('t-back', OLD, 1);
    await follow('Bring back what the new version has begun');
    await until('the server has noted it', async () =>
      Boolean((await versioningOf('t-new'))?.versioningOverride?.oneTime),
    );
    await world.client.pollNow(ZONE, 't-new');
    await untilVersion('t-new', OLD, 2);
    await follow('Make it current');
  });

  test('without workers of its version what is pinned waits; it is moved, the version is drained, and all end right', async () => {
    const listed = await follow('See what still runs on it', (command) => `${command} --output json`);
    const ids = (JSON.parse(listed) as { execution: { workflowId: string } }[]).map(
      ({ execution }) => execution.workflowId,
    );
    expect(ids).toEqual(expect.arrayContaining([workflowId(ZONE, 't-pinned'), workflowId(ZONE, 't-paused')]));
    await oldWorker.stop('SIGTERM');
    const polls = world.emulator.requests('t-pinned').length;
    await world.client.pollNow(ZONE, 't-pinned');
    // Enough for the other worker to take it, if it did.
    await begin('t-meanwhile');
    await untilVersion('t-meanwhile', NEW, 1);
    expect(world.emulator.requests('t-pinned').length).toBe(polls);
    await expect(follow('Let the old version drain')).resolves.toMatch(/DrainageStatus +draining/);

    await follow('Move what runs to the new version');
    await until('the old version is drained', async () =>
      /DrainageStatus +drained/.test(await follow('Let the old version drain')),
    );
    await untilVersion('t-pinned', NEW, polls + 1);
    const tasks = ['t-first', 't-ramped', 't-after-ramp', 't-pinned', 't-paused', 't-aged', 't-new', 't-back'];
    for (const taskId of tasks) world.emulator.setTask(ZONE, taskId, {});
    await world.client.resume(ZONE, 't-paused');
    await Promise.all(tasks.map((taskId) => world.client.pollNow(ZONE, taskId)));
    for (const { taskId } of world.emulator.userSyncTasks('z-batch')) world.emulator.setTask('z-batch', taskId, {});
    const ends = await Promise.all(
      tasks.map((taskId) => world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 30_000 })),
    );
    expect(ends.map((end) => (end.kind === 'ended' ? end.outcome.phase : end))).toEqual(tasks.map(() => 'Succeeded'));
    expect(tasks.filter((taskId) => world.emulator.maxOutstanding(taskId) !== 1)).toEqual([]);
    await expect(
      batches.waitForReport(batchWorkflowId(PROVISION_USERS, 'z-batch', 'batch'), { timeoutMs: 30_000 }),
    ).resolves.toMatchObject({ kind: 'ended', report: { outcomes: { Succeeded: 1 } } });
  });

  test('back to workers without versions, and from those to versions again', async () => {
    await begin('t-pinned-new');
    await untilVersion('t-pinned-new', NEW, 1);
    const plain = await world.startWorker();
    await follow('Back to workers without versions');
    await begin('t-plain');
    await untilVersion('t-plain', undefined, 1);
    expect((await doneBy('t-plain')).steps).toEqual(new Set([plain.pid]));
    await world.client.checkNow(ZONE, 't-pinned-new');
    await expect(versionOf('t-pinned-new')).resolves.toBe(NEW);
    await follow('Move what is left');
    await until('it is moved', async () => {
      await world.client.checkNow(ZONE, 't-pinned-new');
      return (await doneBy('t-pinned-new')).steps.has(plain.pid);
    });

    await follow('Make it current');
    await until('it is on a version', async () => {
      await world.client.checkNow(ZONE, 't-plain');
      return (await versionOf('t-plain')) === NEW;
    });
    expect((await doneBy('t-plain')).steps).toEqual(new Set([plain.pid, newWorker.pid]));
  });
});

function user(principalId: string): UserSyncItem {
  return { principalType: 'User', principalId, targetType: 'MemberUin', targetUin: '100000000001' };
}
