import { SpanKind, TraceFlags } from '@opentelemetry/api';
import { Resource } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
  type ReadableSpan,
  type Sampler,
} from '@opentelemetry/sdk-trace-base';

import { createWorkflowSpans } from '../../src/tracing/workflow-spans';

/** As the sink of the SDK's plugin makes it. */
function workflowSpan(traceId: string, attributes: object = {}): ReadableSpan {
  return {
    name: 'RunWorkflow:followProvisioningTask',
    kind: SpanKind.INTERNAL,
    spanContext: () => ({ traceId, spanId: '00000000000000a1', traceFlags: TraceFlags.SAMPLED }),
    startTime: [0, 0],
    endTime: [1, 0],
    status: { code: 0 },
    attributes: { ...attributes },
    links: [],
    events: [],
    duration: [1, 0],
    ended: true,
    resource: Resource.empty(),
    instrumentationLibrary: { name: 'workflow' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function spansAfter(sampler: Sampler, ...spans: ReadableSpan[]): ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const next = new SimpleSpanProcessor(exporter);
  const tracer = new BasicTracerProvider({ sampler, spanProcessors: [next] }).getTracer('test');
  const processor = createWorkflowSpans(next, tracer);
  for (const span of spans) processor.onEnd(span);
  return exporter.getFinishedSpans();
}

/** The sampler adds up the four parts of a trace id: these come to all and to nothing of its range. */
const HIGH = 'ffffffff000000000000000000000000';
const LOW = '00000001000000000000000000000000';

describe('the spans of workflows', () => {
  test.each<[string, Sampler, string[]]>([
    ['always_on', new AlwaysOnSampler(), [HIGH, LOW]],
    ['always_off', new AlwaysOffSampler(), []],
    ['traceidratio', new TraceIdRatioBasedSampler(0.5), [LOW]],
    ['parentbased_always_off', new ParentBasedSampler({ root: new AlwaysOffSampler() }), [HIGH, LOW]],
  ])('are kept as the sampler says: %s', (_, sampler, kept) => {
    const spans = spansAfter(sampler, workflowSpan(HIGH), workflowSpan(LOW));
    expect(spans.map((span) => span.spanContext().traceId)).toEqual(kept);
  });

  test('lose what the SDK adds of the workflow, but for its names', () => {
    const attributes = {
      workflowId: 'provisioning-task/z/t',
      runId: 'run-1',
      firstExecutionRunId: 'run-0',
      workflowType: 'followProvisioningTask',
      taskQueue: 'provisioning',
      namespace: 'default',
      attempt: 1,
      memo: { requestedBy: 'ada' },
      searchAttributes: { ProvisioningZoneId: ['z'] },
      lastResult: 'hidden',
      temporalUpdateId: 'u-1',
    };
    const [span] = spansAfter(new AlwaysOnSampler(), workflowSpan(HIGH, attributes));
    expect(span?.attributes).toEqual({
      temporalWorkflowId: 'provisioning-task/z/t',
      run_id: 'run-1',
      firstExecutionRunId: 'run-0',
      workflowType: 'followProvisioningTask',
      taskQueue: 'provisioning',
      namespace: 'default',
      attempt: 1,
      temporalUpdateId: 'u-1',
    });
    expect(span?.name).toBe('RunWorkflow:followProvisioningTask');
  });
});
