import { context, SpanStatusCode, trace } from '@opentelemetry/api';

import { activeTraceIds } from '../../src/trace-ids';
import { openTracing, type TracingOptions } from '../../src/tracing';
import { startOtlpReceiver, type OtlpReceiver } from '../support/otlp-receiver';

describe('the traces of a process', () => {
  const environment = { ...process.env };
  let receiver: OtlpReceiver;

  beforeEach(async () => {
    receiver = await startOtlpReceiver();
  });

  afterEach(async () => {
    process.env = { ...environment };
    await receiver.close();
  });

  function open(env: NodeJS.ProcessEnv = {}, options: Partial<TracingOptions> = {}): ReturnType<typeof openTracing> {
    // Nothing but the end of the traces sends them.
    Object.assign(process.env, { OTEL_BSP_SCHEDULE_DELAY: '3600000', ...env });
    const logger = { info: () => undefined, warn: () => undefined };
    return openTracing({
      url: `${receiver.url}/v1/traces`,
      identity: '7@host',
      hidesMessages: false,
      logger,
      ...options,
    });
  }

  function span(name: string, error?: Error): void {
    trace.getTracer('test').startActiveSpan(name, (active) => {
      if (error) {
        active.recordException(error);
        active.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      }
      active.end();
    });
  }

  test('end with their last spans sent, and say who sent them', async () => {
    const tracing = open();
    span('last');
    await tracing.close();
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/v1/traces']);
    expect(receiver.spans).toMatchObject([
      {
        name: 'last',
        resource: {
          'service.name': 'provisioning-worker',
          'service.version': expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
          'service.instance.id': '7@host',
        },
      },
    ]);
  });

  test('leave nothing behind', async () => {
    const tracing = open();
    await tracing.close();
    span('after');
    expect(receiver.spans).toEqual([]);
    expect(context.with(trace.setSpanContext(context.active(), SPAN_CONTEXT), activeTraceIds)).toEqual({});
  });

  test('are as OTEL_… says: name, attributes, headers, compression, sampler', async () => {
    const tracing = open({
      OTEL_SERVICE_NAME: 'w',
      OTEL_RESOURCE_ATTRIBUTES: 'team=identity,service.instance.id=pod-1',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_TRACES_SAMPLER: 'parentbased_always_off',
    });
    span('unsampled root');
    context.with(trace.setSpanContext(context.active(), SPAN_CONTEXT), () => span('child of a sampled one'));
    await tracing.close();
    expect(receiver.spans).toMatchObject([
      {
        name: 'child of a sampled one',
        traceId: SPAN_CONTEXT.traceId,
        parentSpanId: SPAN_CONTEXT.spanId,
        resource: { 'service.name': 'w', team: 'identity', 'service.instance.id': 'pod-1' },
      },
    ]);
    expect(receiver.requests).toHaveLength(1);
    expect(receiver.requests[0]?.headers).toMatchObject({ authorization: 'Bearer abc', 'content-encoding': 'gzip' });
  });

  test('tell what went wrong', async () => {
    const tracing = open();
    span('failing', new TypeError('user u-1 is not in the directory'));
    await tracing.close();
    expect(receiver.spans).toMatchObject([
      {
        status: { code: 2, message: 'user u-1 is not in the directory' },
        events: [{ name: 'exception', attributes: { 'exception.type': 'TypeError' } }],
      },
    ]);
    expect(receiver.spans[0]?.events[0]?.attributes).toHaveProperty(['exception.stacktrace']);
  });

  test('tell only the kind of it where messages are hidden', async () => {
    const tracing = open({}, { hidesMessages: true });
    span('failing', new TypeError('user u-1 is not in the directory'));
    await tracing.close();
    expect(receiver.spans).toMatchObject([{ name: 'failing', status: { code: 2, message: '' } }]);
    expect(receiver.spans[0]?.events).toEqual([{ name: 'exception', attributes: { 'exception.type': 'TypeError' } }]);
  });

  test('end without an answer of the collector', async () => {
    receiver.setAnswer('none');
    const forever = '3600000';
    const tracing = open({ OTEL_EXPORTER_OTLP_TIMEOUT: forever, OTEL_BSP_EXPORT_TIMEOUT: forever });
    span('lost');
    await expect(tracing.close()).resolves.toBeUndefined();
    expect(receiver.requests).toHaveLength(1);
  });

  test('end without a collector', async () => {
    await receiver.close();
    const told: string[] = [];
    const logger = { info: () => undefined, warn: (text: string) => void told.push(text) };
    const tracing = open({}, { logger });
    span('lost');
    await expect(tracing.close()).resolves.toBeUndefined();
    expect(told).toEqual([`Traces do not reach ${receiver.url} (ECONNREFUSED): they are lost until it takes them`]);
  });

  test('give ids to log lines', async () => {
    const tracing = open();
    expect(activeTraceIds()).toEqual({});
    const ids = context.with(trace.setSpanContext(context.active(), SPAN_CONTEXT), activeTraceIds);
    expect(ids).toEqual({ trace_id: SPAN_CONTEXT.traceId, span_id: SPAN_CONTEXT.spanId });
    await tracing.close();
  });
});

const SPAN_CONTEXT = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
