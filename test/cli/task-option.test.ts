import { portOf } from '../../src/cli/ports';
import { parseTaskOption } from '../../src/cli/task-option';

test('a task succeeds after so many seconds', () => {
  expect(parseTaskOption('z-1/t-1=1.5', [])).toEqual({ zoneId: 'z-1', taskId: 't-1', script: { durationMs: 1500 } });
});

test('a task with a reason fails; the reason may hold anything', () => {
  expect(parseTaskOption('z-1/t-1=0:a=b/c: d\n部', [])).toEqual({
    zoneId: 'z-1',
    taskId: 't-1',
    script: { durationMs: 0, then: { status: 'Failed', failureReason: 'a=b/c: d\n部' } },
  });
});

test.each(['', 'z-1', 'z-1/t-1', 'z-1/t-1=', 'z-1/t-1=soon', '/t-1=1', 'z-1/=1', 'z-1/t-1=-1'])(
  'refuses %p',
  (text) => {
    const faults: string[] = [];
    expect(parseTaskOption(text, faults)).toBeUndefined();
    expect(faults).toEqual([`--task must look like zone/task=seconds or zone/task=seconds:reason, got "${text}"`]);
  },
);

test('refuses ids that no follow would take', () => {
  const faults: string[] = [];
  expect(parseTaskOption('z 1/t\t1=1', faults)).toBeUndefined();
  expect(faults).toEqual([
    '--task zone must not contain white space or control characters',
    '--task task must not contain white space or control characters',
  ]);
});

test.each([
  [undefined, undefined],
  ['0', 0],
  ['65535', 65_535],
])('reads the port %p', (text, port) => {
  const faults: string[] = [];
  expect(portOf('--port', text, faults)).toBe(port);
  expect(faults).toEqual([]);
});

test.each(['', '65536', '-1', '80.5', 'http'])('refuses %p as a port', (text) => {
  const faults: string[] = [];
  expect(portOf('--port', text, faults)).toBeUndefined();
  expect(faults).toEqual([`--port must be a port number from 0 to 65535, got "${text}"`]);
});
