import path from 'node:path';

import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

import { TASK_QUEUES, workflowId, type TaskStatusAnswer } from '../../src/client';
import { WorkerMetrics } from '../../src/metrics';
import { ensureSearchAttributes } from '../../src/preflight';
import { root } from '../support/project';
import { until } from '../support/until';

import { createWorld, type World } from './world';

const ZONE = 'z-last-word';

describe('a cancel that a worker meets together with an answer', () => {
  let world: World;
  let connection: NativeConnection;

  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
    world = await createWorld();
    connection = await NativeConnection.connect({ address: world.server.address });
    await ensureSearchAttributes(connection, world.server.namespace);
  });

  afterAll(async () => {
    await connection.close();
    await world.close();
  });

  const succeeded = { phase: 'Succeeded', status: 'Success', polls: 1, cloudTask: 'Ended' };
  const cancelled = { phase: 'Cancelled', status: 'InProgress', polls: 1, cloudTask: 'Untouched' };

  test.each([
    ['Success', 'before it', succeeded],
    ['Success', 'after it', succeeded],
    ['InProgress', 'before it', cancelled],
    ['InProgress', 'after it', cancelled],
  ])('does not take back what the cloud said: %s, %s (T03, T57)', async (status, moment, expected) => {
    const taskId = `t-${status}-${moment.slice(0, 5)}`;
    let answer: ((given: TaskStatusAnswer) => void) | undefined;
    const getProvisioningTaskStatus = (): Promise<TaskStatusAnswer> =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const { namespace } = world.server;
    const calls = await Worker.create({
      connection,
      namespace,
      taskQueue: TASK_QUEUES.tencentOrganization,
      activities: { getProvisioningTaskStatus },
    });
    const calling = calls.run();
    const followWhile = async (work: () => Promise<unknown>): Promise<void> => {
      const codePath = path.join(root, 'dist', 'workflow-bundle.js');
      const worker = await Worker.create({
        connection,
        namespace,
        taskQueue: TASK_QUEUES.provisioning,
        workflowBundle: { codePath },
        sinks: new WorkerMetrics({ version: '0.0.0', sdkVersion: '0.0.0' }).sinks,
        maxCachedWorkflows: 0,
      });
      await worker.runUntil(work);
    };
    const handle = world.temporal.workflow.getHandle(workflowId(ZONE, taskId));
    await world.client.follow({ zoneId: ZONE, taskId });
    await followWhile(() => until('the call is out', () => answer !== undefined));
    if (moment === 'after it') await world.client.cancel(ZONE, taskId);
    answer?.({ status });
    await until('the answer is in the history', async () => {
      const { events } = await handle.fetchHistory();
      return events?.some((event) => event.activityTaskCompletedEventAttributes) ?? false;
    });
    if (moment === 'before it') await world.client.cancel(ZONE, taskId);
    await followWhile(async () => {
      await expect(world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 30_000 })).resolves.toMatchObject({
        kind: 'ended',
        outcome: expected,
      });
    });
    calls.shutdown();
    await calling;
  });
});
