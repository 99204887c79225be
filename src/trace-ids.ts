import { isSpanContextValid, trace } from '@opentelemetry/api';

/**
 * Returns ids of the span that is active here, in the names that OpenTelemetry has for log lines; none where there is no
 * span, as without tracing.
 */
export function activeTraceIds(): { trace_id?: string; span_id?: string } {
  const active = trace.getActiveSpan()?.spanContext();
  return active && isSpanContextValid(active) ? { trace_id: active.traceId, span_id: active.spanId } : {};
}
