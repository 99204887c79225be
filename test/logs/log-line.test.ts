import { ApplicationFailure } from '@temporalio/common';

import { formatOf, toJsonLine, toPrettyLine } from '../../src/logs/log-line';
import { openWorkerLog } from '../../src/logs/worker-log';
import { createSecrets } from '../../src/secrets';

const AT = { timestampNanos: BigInt(Date.parse('2026-01-31T12:00:00.250Z')) * 1_000_000n + 999n };
const FAILURE = ApplicationFailure.create({
  type: 'StatusCheck.transient',
  message: 'InternalError: try again',
  details: [{ code: 'InternalError', message: 'try again', requestId: 'r-1', advice: '' }],
});

function parsed(line: string): unknown {
  expect(line).not.toContain('\n');
  return JSON.parse(line);
}

describe('a line of JSON', () => {
  test('tells time, level and message', () => {
    expect(toJsonLine({ ...AT, level: 'INFO', message: 'Drained' })).toBe(
      '{"time":"2026-01-31T12:00:00.250Z","level":"INFO","message":"Drained"}',
    );
  });

  test('tells zone and task of a follow, code and request id of the cloud’s answer, and no token or stack', () => {
    const meta = {
      workflowId: 'provisioning-task/z-1/t-1',
      taskToken: 'CiQ1',
      namespace: 'default',
      isLocal: false,
      attempt: 1,
      error: FAILURE,
    };
    expect(parsed(toJsonLine({ ...AT, level: 'WARN', message: 'Activity failed', meta }))).toEqual({
      time: '2026-01-31T12:00:00.250Z',
      level: 'WARN',
      message: 'Activity failed',
      zoneId: 'z-1',
      taskId: 't-1',
      workflowId: 'provisioning-task/z-1/t-1',
      attempt: 1,
      code: 'InternalError',
      requestId: 'r-1',
      error: 'InternalError: try again',
    });
  });

  test('tells the zone of a batch', () => {
    const meta = { workflowId: 'provision-users/z-1/march' };
    expect(parsed(toJsonLine({ ...AT, level: 'INFO', message: 'x', meta }))).toMatchObject({ zoneId: 'z-1' });
  });

  test('tells the request id of a follow that failed', () => {
    const error = ApplicationFailure.create({ message: 'it failed', details: [{ lastRequestId: 'r-2' }] });
    expect(parsed(toJsonLine({ ...AT, level: 'WARN', message: 'x', meta: { error } }))).toMatchObject({
      requestId: 'r-2',
      error: 'it failed',
    });
  });

  test('tells where an unexpected error was thrown', () => {
    const error = new TypeError('no such thing');
    expect(parsed(toJsonLine({ ...AT, level: 'ERROR', message: 'x', meta: { error } }))).toMatchObject({
      error: 'no such thing',
      stack: error.stack,
    });
  });

  test('takes what JSON has no form for', () => {
    const cycle: Record<string, unknown> = { size: 5n };
    cycle.self = cycle;
    expect(parsed(toJsonLine({ ...AT, level: 'INFO', message: 'x', meta: { cycle } }))).toMatchObject({
      cycle: { size: 5, self: '[Circular]' },
    });
  });
});

test('a line for people', () => {
  const meta = { workflowId: 'provisioning-task/z-1/t-1', reason: 'two words', count: 2 };
  expect(toPrettyLine({ ...AT, level: 'INFO', message: 'Seen', meta })).toBe(
    '12:00:00.250 INFO  Seen zoneId=z-1 taskId=t-1 workflowId=provisioning-task/z-1/t-1 reason="two words" count=2',
  );
});

test('the format is for people at a terminal only, unless it is set', () => {
  expect(formatOf({ level: 'INFO' }, true)).toBe(toPrettyLine);
  expect(formatOf({ level: 'INFO' }, false)).toBe(toJsonLine);
  expect(formatOf({ level: 'INFO', format: 'json' }, true)).toBe(toJsonLine);
  expect(formatOf({ level: 'INFO', format: 'pretty' }, false)).toBe(toPrettyLine);
});

describe('the log of a worker', () => {
  function logTo(lines: string[], level: 'WARN' | 'INFO' = 'WARN'): ReturnType<typeof openWorkerLog> {
    const secrets = createSecrets({ TEMPORAL_API_KEY: 'hidden' });
    return openWorkerLog({ level }, secrets, { write: (text) => lines.push(text) });
  }

  test('hides secrets, ends each line, and begins with the least level', () => {
    const lines: string[] = [];
    const { logger } = logTo(lines);
    logger.info('not told');
    logger.warn('refused hidden', { header: 'Bearer hidden' });
    expect(lines).toEqual([expect.stringMatching(/^\{.*"message":"refused …","header":"Bearer …"\}\n$/)]);
  });

  test('tells what must be told at any level', () => {
    const lines: string[] = [];
    logTo(lines).tell('INFO', 'Worker is polling', { taskQueues: ['provisioning'] });
    expect(lines).toEqual([expect.stringContaining('"message":"Worker is polling","taskQueues":["provisioning"]')]);
  });

  test('leaves out what the SDK says of every queue that serves one kind of tasks', () => {
    const lines: string[] = [];
    const { logger } = logTo(lines, 'INFO');
    logger.warn('No workflows registered, not polling for workflow tasks', { taskQueue: 'tencent-organization' });
    logger.info('No Nexus services registered, not polling for Nexus tasks', { taskQueue: 'provisioning' });
    expect(lines).toEqual([]);
  });
});
