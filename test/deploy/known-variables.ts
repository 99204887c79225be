import { VARIABLE_ENTRIES } from '../../src/config/schema';

/** Every variable that the worker, the codec server, the libraries of their traces or Node reads. */
export const KNOWN_VARIABLES: ReadonlySet<string> = new Set([
  ...VARIABLE_ENTRIES.map(({ name }) => name),
  'NODE_OPTIONS',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_SERVICE_NAME',
]);
