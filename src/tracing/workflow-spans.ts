import { ROOT_CONTEXT, trace, type Tracer } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';

/** What a workflow's span keeps of what the SDK knows of the workflow: memo and search attributes are not for traces. */
const WORKFLOW_ATTRIBUTES = ['workflowType', 'taskQueue', 'namespace', 'attempt', 'firstExecutionRunId'];

/**
 * Takes the spans of workflows, which begin in a sandbox that knows no sampler of this process, and leaves out what is
 * not for traces.
 *
 * @param tracer - of this process
 */
export function createWorkflowSpans(next: SpanProcessor, tracer: Tracer): SpanProcessor {
  /** A span under this one would be recorded if the sampler lets it. */
  const isSampled = (span: ReadableSpan): boolean =>
    tracer.startSpan('sampling', {}, trace.setSpanContext(ROOT_CONTEXT, span.spanContext())).isRecording();
  return {
    onStart: () => undefined,
    onEnd(span) {
      if (isSampled(span)) next.onEnd({ ...span, attributes: attributesOf(span) });
    },
    forceFlush: () => next.forceFlush(),
    shutdown: () => next.shutdown(),
  };
}

/** Names the workflow as the spans of activities and clients do. */
function attributesOf({ attributes }: ReadableSpan): ReadableSpan['attributes'] {
  const { workflowId, runId } = attributes;
  const kept = Object.entries(attributes).filter(
    ([name]) => name.startsWith('temporal') || WORKFLOW_ATTRIBUTES.includes(name),
  );
  return { ...Object.fromEntries(kept), temporalWorkflowId: workflowId, run_id: runId };
}
