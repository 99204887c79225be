import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResourcesSync, envDetectorSync, Resource } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry';
import type { Logger, WorkerOptions } from '@temporalio/worker';

import { DEFAULT_SERVICE_NAME, type TracingSettings } from '../config/tracing-settings';
import { packageFolder, readVersion } from '../package-folder';

import { addTraceIds } from './log-ids';
import { hideMessages } from './message-hiding';
import { tellFailures } from './told-exporter';
import { createWorkflowSpans } from './workflow-spans';

/** Traces of this process. */
export interface Tracing {
  /** For each worker and client; a worker that runs workflows needs the bundle that is `traced`. */
  plugin: OpenTelemetryPlugin;
  /** Sends what is left, within {@link FLUSH_MS}, and ends the traces. Never rejects. */
  close(): Promise<void>;
}

/** Options of {@link openTracing}. */
export interface TracingOptions extends TracingSettings {
  /** Who this is, as the Temporal server knows it. */
  identity: string;
  /** Leaves out the sentences of errors, which are encrypted elsewhere. */
  hidesMessages: boolean;
  logger: Pick<Logger, 'info' | 'warn'>;
}

/** A part of what a drain leaves when the calls took all of their time. */
const FLUSH_MS = 3_000;

/**
 * Registers the OpenTelemetry SDK in this process, and makes the plugin that gives workflows and activities their spans.
 * Limits, batches, headers, sampler and resource are what OTEL_… of the process says. A collector that does not take
 * them costs spans and nothing else; the log tells it once, until it takes them again.
 */
export function openTracing({ url, identity, hidesMessages, logger }: TracingOptions): Tracing {
  const exporter = tellFailures(new OTLPTraceExporter({ url }), new URL(url).origin, logger);
  const batches = new BatchSpanProcessor(hidesMessages ? hideMessages(exporter) : exporter);
  const provider = new BasicTracerProvider({ resource: readResource(identity), spanProcessors: [batches] });
  provider.register({ contextManager: new AsyncLocalStorageContextManager().enable() });
  const spanProcessor = createWorkflowSpans(batches, provider.getTracer(DEFAULT_SERVICE_NAME));
  return {
    plugin: new TracingPlugin({ resource: provider.resource, spanProcessor }),
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const tooLong = new Promise<void>((resolve) => (timer = setTimeout(resolve, FLUSH_MS)));
      // Why spans could not be sent was told.
      await Promise.race([provider.shutdown().catch(() => undefined), tooLong]);
      clearTimeout(timer);
      for (const part of [trace, context, propagation]) part.disable();
    },
  };
}

/** The SDK's plugin, and the ids of its spans in log lines. */
class TracingPlugin extends OpenTelemetryPlugin {
  override configureWorker(options: WorkerOptions): WorkerOptions {
    const configured = super.configureWorker(options);
    const { interceptors } = configured;
    return {
      ...configured,
      interceptors: { ...interceptors, activity: [...(interceptors?.activity ?? []), addTraceIds] },
    };
  }
}

function readResource(identity: string): Resource {
  return new Resource({
    'service.name': DEFAULT_SERVICE_NAME,
    'service.version': readVersion(packageFolder()),
    'service.instance.id': identity,
  }).merge(detectResourcesSync({ detectors: [envDetectorSync] }));
}
