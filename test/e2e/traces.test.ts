import { Client } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';

import { DEMO_ACCOUNT } from '../../emulator';
import { ProvisioningClient, workflowId } from '../../src/client';
import { openTracing } from '../../src/tracing';
import { BUNDLE_VARIANTS } from '../../src/workflow-bundle';
import { drawTrace, startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver';
import type { RunningProcess } from '../support/processes';
import { replay } from '../support/replay';
import { until } from '../support/until';

import { createWorld, type World } from './world';

const ZONE = 'z-traces';
const FAST = { minIntervalSeconds: 0.2, maxIntervalSeconds: 0.2 };
const TOKEN = 'token-of-the-collector';
/** Nothing but the end of a worker sends its spans. */
const AT_THE_END = { OTEL_BSP_SCHEDULE_DELAY: '3600000' };

describe('the traces of a worker process', () => {
  let world: World;
  let receiver: OtlpReceiver;

  beforeAll(async () => {
    // Silent about replays.
    Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
    [world, receiver] = await Promise.all([createWorld(), startOtlpReceiver()]);
  });

  beforeEach(() => {
    receiver.setAnswer(200);
    receiver.spans.length = 0;
    receiver.requests.length = 0;
  });

  afterAll(() => Promise.all([world.close(), receiver.close()]));

  function startTraced(env: Record<string, string> = {}): Promise<RunningProcess> {
    return world.startWorker({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${TOKEN}`,
      ...env,
    });
  }

  /** Follows a task as a service that has traces of its own does. */
  async function followTraced(taskId: string): Promise<void> {
    Object.assign(process.env, { ...AT_THE_END, OTEL_SERVICE_NAME: 'caller' });
    const logger = { info: () => undefined, warn: () => undefined };
    const url = `${receiver.url}/v1/traces`;
    const tracing = openTracing({ url, identity: 'caller-1', hidesMessages: false, logger });
    try {
      const { connection, server } = world;
      const { namespace } = server;
      const client = new ProvisioningClient(new Client({ connection, namespace, plugins: [tracing.plugin] }));
      await client.follow({ zoneId: ZONE, taskId, polling: FAST, requestedBy: 'ada', note: 'note-of-ada' });
    } finally {
      await tracing.close();
    }
  }

  const end = (taskId: string) => world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 30_000 });
  const spansOf = (name: string): ReceivedSpan[] => receiver.spans.filter((span) => span.name === name);

  test('lead from the caller to each call of the cloud, and the last come when it drains', async () => {
    const taskId = 't-traced';
    const error = { code: 'InternalError', message: 'no luck' };
    world.emulator.setTask(ZONE, taskId, { answers: [{ status: 'InProgress' }, { error }, { status: 'Success' }] });
    const worker = await startTraced(AT_THE_END);
    await followTraced(taskId);
    await expect(end(taskId)).resolves.toMatchObject({ kind: 'ended', outcome: { phase: 'Succeeded' } });
    expect(new Set(receiver.spans.map(({ resource }) => resource['service.name']))).toEqual(new Set(['caller']));
    await expect(worker.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });

    const poll = [
      '    StartActivity:getProvisioningTaskStatus (provisioning-worker)',
      '      RunActivity:getProvisioningTaskStatus (provisioning-worker)',
      '        organization/GetProvisioningTaskStatus (provisioning-worker)',
    ];
    const traceId = receiver.spans.find(({ name }) => name.startsWith('StartWorkflow'))?.traceId;
    expect(drawTrace(receiver.spans.filter((span) => span.traceId === traceId))).toEqual([
      'StartWorkflow:followProvisioningTask (caller)',
      '  RunWorkflow:followProvisioningTask (provisioning-worker)',
      ...poll,
      ...poll,
      ...poll,
    ]);
    const calls = spansOf('organization/GetProvisioningTaskStatus');
    expect(calls.map(({ attributes }) => attributes['error.type'])).toEqual([undefined, 'InternalError', undefined]);
    expect(spansOf('RunWorkflow:followProvisioningTask')[0]?.attributes).toMatchObject({
      temporalWorkflowId: workflowId(ZONE, taskId),
      taskQueue: 'provisioning',
    });
    // The line of the failed activity names its span.
    const failed = spansOf('RunActivity:getProvisioningTaskStatus').find(({ status }) => status.code === 2);
    expect(worker.output()).toContain(`"trace_id":"${traceId}","span_id":"${failed?.spanId}"`);

    const spans = textOf(receiver.spans);
    for (const secret of [DEMO_ACCOUNT.secretId, DEMO_ACCOUNT.secretKey, TOKEN, 'TC3-HMAC', 'note-of-ada']) {
      expect(spans).not.toContain(secret);
    }
    const ofWorker = receiver.requests.filter(({ headers }) => headers.authorization === `Bearer ${TOKEN}`);
    expect(ofWorker.length).toBeGreaterThan(0);
    expect(worker.output()).not.toContain(TOKEN);
  });

  test('may begin and end in mid-follow: every bundle replays what came of it', async () => {
    const taskId = 't-switched';
    world.emulator.setTask(ZONE, taskId, { answers: [{ status: 'InProgress' }] });
    const polls = () => world.emulator.requests(taskId).length;
    await world.client.follow({ zoneId: ZONE, taskId, polling: FAST });
    for (const start of [() => world.startWorker(), startTraced]) {
      const before = polls();
      const worker = await start();
      await until('it has polled', () => polls() > before + 1);
      // A signal and an update have interceptors of their own.
      await world.client.pollNow(ZONE, taskId);
      await world.client.checkNow(ZONE, taskId);
      await worker.stop('SIGTERM');
    }
    world.emulator.setTask(ZONE, taskId, {});
    const last = await world.startWorker();
    await expect(end(taskId)).resolves.toMatchObject({ kind: 'ended', outcome: { phase: 'Succeeded' } });
    await last.stop('SIGTERM');

    const ids = [taskId, 't-traced'].map((id) => workflowId(ZONE, id));
    const recorded = await Promise.all(
      ids.map(async (id) => ({ workflowId: id, history: await world.temporal.workflow.getHandle(id).fetchHistory() })),
    );
    const scheduled = recorded[0]?.history.events?.flatMap((event) => event.activityTaskScheduledEventAttributes ?? []);
    const areTraced = scheduled?.map(({ header }) => header?.fields?.['_tracer-data'] !== undefined);
    expect(new Set(areTraced)).toEqual(new Set([true, false]));
    for (const variant of BUNDLE_VARIANTS) {
      expect(await replay(variant, recorded)).toEqual(ids.map((id) => [id, undefined]));
    }
  });

  test('are lost, and nothing else, while the collector refuses them: the log tells it once', async () => {
    const taskId = 't-refused';
    receiver.setAnswer(401);
    world.emulator.setTask(ZONE, taskId, { answers: [{ status: 'InProgress' }] });
    const worker = await startTraced({ OTEL_BSP_SCHEDULE_DELAY: '10' });
    await world.client.follow({ zoneId: ZONE, taskId, polling: FAST });
    await until('spans were refused often', () => receiver.requests.length > 3);
    world.emulator.setTask(ZONE, taskId, {});
    await expect(end(taskId)).resolves.toMatchObject({ kind: 'ended', outcome: { phase: 'Succeeded' } });
    await expect(worker.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
    expect(worker.output().match(/Traces do not reach [^"]*/g)).toEqual([
      `Traces do not reach ${receiver.url} (HTTP 401): they are lost until it takes them`,
    ]);
    expect(worker.output()).not.toContain(TOKEN);
  });

  test('tell of an error no more than its kind where payloads are encrypted', async () => {
    const taskId = 't-encrypted';
    world.emulator.setTask(ZONE, taskId, { answers: [{ status: 'Failed', failureReason: 'reason of the cloud' }] });
    const key = Buffer.alloc(32, 1).toString('base64');
    const worker = await startTraced({ ...AT_THE_END, PROVISIONING_ENCRYPTION_KEYS: `k1:${key}` });
    const { workflowId: id } = await world.client.follow({ zoneId: ZONE, taskId, polling: FAST });
    await until('it has failed', async () => {
      const { status } = await world.temporal.workflow.getHandle(id).describe();
      return status.name === 'FAILED';
    });
    await expect(worker.stop('SIGTERM')).resolves.toEqual({ code: 0, signal: null });
    expect(spansOf('RunWorkflow:followProvisioningTask')).toMatchObject([
      {
        status: { code: 2, message: '' },
        events: [{ name: 'exception', attributes: { 'exception.type': 'ApplicationFailure' } }],
      },
    ]);
    expect(textOf(receiver.spans)).not.toContain('reason of the cloud');
  });
});

function textOf(spans: readonly ReceivedSpan[]): string {
  return JSON.stringify(spans, (_, value: unknown) => (typeof value === 'bigint' ? 0 : value));
}
