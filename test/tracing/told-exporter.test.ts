import type { SpanExporter } from '@opentelemetry/sdk-trace-base';

import { tellFailures } from '../../src/tracing/told-exporter';

type Result = Parameters<Parameters<SpanExporter['export']>[1]>[0];

const SENT: Result = { code: 0 };
const failed = (error: Error): Result => ({ code: 1, error });
const withCode = (message: string, code: string | number): Error => Object.assign(new Error(message), { code });

/** Tells what is logged, and what is passed on, when exports have these results. */
function logOf(...results: Result[]): string[] {
  const log: string[] = [];
  const rest = [...results];
  const next: SpanExporter = {
    export: (_, done) => done(rest.shift() ?? SENT),
    shutdown: () => Promise.resolve(),
  };
  const logger = { info: (text: string) => log.push(`INFO ${text}`), warn: (text: string) => log.push(`WARN ${text}`) };
  const exporter = tellFailures(next, 'http://c.test', logger);
  const passedOn: Result[] = [];
  for (let i = 0; i < results.length; i += 1) exporter.export([], (result) => passedOn.push(result));
  expect(passedOn).toEqual(results);
  return log;
}

describe('what is told of a collector', () => {
  test('nothing while it takes the spans', () => {
    expect(logOf(SENT, SENT)).toEqual([]);
  });

  test('once that it is away, and once that it is back', () => {
    const away = failed(withCode('connect ECONNREFUSED', 'ECONNREFUSED'));
    expect(logOf(away, away, SENT, SENT, away)).toEqual([
      'WARN Traces do not reach http://c.test (ECONNREFUSED): they are lost until it takes them',
      'INFO Traces reach http://c.test again',
      'WARN Traces do not reach http://c.test (ECONNREFUSED): they are lost until it takes them',
    ]);
  });

  test('nothing of what it says, which may quote a token', () => {
    expect(logOf(failed(withCode('Bearer hidden', 401)))).toEqual([
      'WARN Traces do not reach http://c.test (HTTP 401): they are lost until it takes them',
    ]);
  });

  test('what the exporter says where there is no code', () => {
    expect(logOf(failed(new Error('Request Timeout')))).toEqual([
      'WARN Traces do not reach http://c.test (Request Timeout): they are lost until it takes them',
    ]);
  });
});
