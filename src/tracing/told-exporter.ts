import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Logger } from '@temporalio/worker';

/**
 * Tells once that spans do not arrive, and once that they do again.
 *
 * @param collector - where they go, without a path: some have a key in it
 */
export function tellFailures(
  next: SpanExporter,
  collector: string,
  logger: Pick<Logger, 'info' | 'warn'>,
): SpanExporter {
  let isFailing = false;
  return {
    export(spans, done) {
      next.export(spans, (result) => {
        const { error } = result;
        if (error && !isFailing) {
          logger.warn(`Traces do not reach ${collector} (${reasonOf(error)}): they are lost until it takes them`);
        } else if (!error && isFailing) {
          logger.info(`Traces reach ${collector} again`);
        }
        isFailing = error !== undefined;
        done(result);
      });
    },
    shutdown: () => next.shutdown(),
  };
}

/** Without what the collector says, as it may quote the credentials that it refuses. */
function reasonOf(error: Error): string {
  const { code } = error as { code?: unknown };
  if (typeof code === 'number') return `HTTP ${code}`;
  return typeof code === 'string' ? code : error.message;
}
