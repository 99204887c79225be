import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';

import { DEMO_ACCOUNT, startEmulator, type Emulator } from '../../emulator';
import { openCloud, type Cloud } from '../../src/tencent';
import { until } from '../support/until';

const ZONE = 'z-spans';

describe('the span of a call', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  let emulator: Emulator;
  let cloud: Cloud;

  beforeAll(async () => {
    provider.register({ contextManager: new AsyncLocalStorageContextManager().enable() });
    emulator = await startEmulator({});
  });

  // Each with connections of its own.
  beforeEach(() => {
    exporter.reset();
    const env = { TENCENTCLOUD_SECRET_ID: DEMO_ACCOUNT.secretId, TENCENTCLOUD_SECRET_KEY: DEMO_ACCOUNT.secretKey };
    cloud = openCloud({ endpoint: emulator.url }, { env, homeDir: '/nonexistent', notify: () => undefined });
  });

  afterEach(() => cloud.close());

  afterAll(async () => {
    await emulator.close();
    trace.disable();
    context.disable();
  });

  const ask = (taskId: string) => cloud.organization.getProvisioningTaskStatus({ zoneId: ZONE, taskId });
  const spans = (): ReadableSpan[] => exporter.getFinishedSpans();

  /** Of every call to the emulator. */
  function commonAttributes(): object {
    return {
      'rpc.system': 'tencentcloud',
      'rpc.service': 'organization',
      'rpc.method': 'GetProvisioningTaskStatus',
      'http.request.method': 'POST',
      'url.full': `${emulator.url}/`,
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(emulator.url).port),
    };
  }

  test('tells action, place, status and request id, below what was active', async () => {
    emulator.setTask(ZONE, 't-good', {});
    const [parent, { requestId }] = await provider
      .getTracer('test')
      .startActiveSpan('parent', async (active) => [active.spanContext(), await ask('t-good')] as const);
    expect(requestId).toMatch(/./);
    expect(spans()).toMatchObject([
      {
        name: 'organization/GetProvisioningTaskStatus',
        kind: 2,
        parentSpanId: parent.spanId,
        attributes: {
          ...commonAttributes(),
          'http.response.status_code': 200,
          'tencentcloud.request_id': requestId,
        },
        status: { code: 0 },
        events: [],
      },
    ]);
    expect(Object.keys(spans()[0]?.attributes ?? {})).toHaveLength(9);
  });

  test('tells the code of an error', async () => {
    emulator.setTask(ZONE, 't-bad', { answers: [{ error: { code: 'InternalError', message: 'no luck' } }] });
    await expect(ask('t-bad')).rejects.toThrow('no luck');
    expect(spans()).toMatchObject([
      {
        attributes: { ...commonAttributes(), 'http.response.status_code': 200, 'error.type': 'InternalError' },
        status: { code: 2, message: 'no luck' },
      },
    ]);
  });

  test('tells that there was no answer', async () => {
    emulator.setTask(ZONE, 't-dropped', { answers: [{ drop: true }] });
    await expect(ask('t-dropped')).rejects.toMatchObject({ code: 'ClientError.ConnectionReset' });
    expect(spans()).toHaveLength(1);
    expect(spans()[0]?.attributes).toEqual({ ...commonAttributes(), 'error.type': 'ClientError.ConnectionReset' });
  });

  test('counts what was sent again because a kept connection had been closed', async () => {
    emulator.setTask(ZONE, 't-stale', { answers: [{ dropReused: true, status: 'InProgress' }] });
    const resends = () => spans().map(({ attributes }) => attributes['http.request.resend_count']);
    // A connection is kept only some time after its answer.
    await until('a call went over a kept connection', async () => {
      await ask('t-stale');
      return resends().at(-1) !== undefined;
    });
    expect(new Set(resends())).toEqual(new Set([undefined, 1]));
    expect(new Set(spans().map(({ status }) => Number(status.code)))).toEqual(new Set([0]));
  });

  test('holds neither key nor signature nor parameters', async () => {
    emulator.setTask(ZONE, 't-secret', {});
    await ask('t-secret');
    const text = JSON.stringify(
      spans().map(({ name, attributes, events, status }) => [name, attributes, events, status]),
    );
    const authorization = String(emulator.requests('t-secret')[0]?.headers.authorization);
    const signature = authorization.split('Signature=')[1] ?? 'none';
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
    for (const secret of [DEMO_ACCOUNT.secretId, DEMO_ACCOUNT.secretKey, signature, ZONE, 't-secret']) {
      expect(text).not.toContain(secret);
    }
  });
});
