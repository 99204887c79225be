import { SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';

import { TencentCloudError } from './errors';

/** The span of one request, under the one that is active; nothing without an OpenTelemetry SDK in the process. */
export interface CallSpan {
  /** The request goes out: the span begins, so that the wait for a turn is no part of it. */
  sent(): void;
  answered(answer: { httpStatus: number; requestId?: string }): void;
  failed(error: unknown): void;
}

const TRACER = trace.getTracer('provisioning-worker');

/** Makes the span of a request. It holds neither parameters nor headers. */
export function createCallSpan(service: string, action: string, url: URL): CallSpan {
  let span: Span | undefined;
  let resends = 0;
  const end = (httpStatus: number | undefined, requestId: string | undefined): void => {
    if (httpStatus !== undefined) span?.setAttribute('http.response.status_code', httpStatus);
    if (requestId !== undefined) span?.setAttribute('tencentcloud.request_id', requestId);
    if (resends > 0) span?.setAttribute('http.request.resend_count', resends);
    span?.end();
  };
  return {
    sent() {
      if (span) resends += 1;
      span ??= TRACER.startSpan(`${service}/${action}`, {
        kind: SpanKind.CLIENT,
        attributes: {
          'rpc.system': 'tencentcloud',
          'rpc.service': service,
          'rpc.method': action,
          'http.request.method': 'POST',
          'url.full': url.href,
          'server.address': url.hostname,
          'server.port': Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
        },
      });
    },
    answered: ({ httpStatus, requestId }) => end(httpStatus, requestId),
    failed(error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      const { code = name, httpStatus, requestId } = error instanceof TencentCloudError ? error : {};
      span?.setAttribute('error.type', code).setStatus({ code: SpanStatusCode.ERROR, message });
      end(httpStatus, requestId);
    },
  };
}
