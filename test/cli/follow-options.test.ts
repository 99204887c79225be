import { toFollowRequest, type FollowOptions } from '../../src/cli/follow-options';

const NOW = Date.parse('2026-03-01T12:00:00Z');

function faultsOf(zoneId: string, taskId: string, options: FollowOptions): unknown {
  try {
    return toFollowRequest(zoneId, taskId, options, NOW);
  } catch (error) {
    return (error as { faults: unknown }).faults;
  }
}

test('passes on only what was typed', () => {
  expect(toFollowRequest('z-1', 't-1', {}, NOW)).toEqual({ input: { zoneId: 'z-1', taskId: 't-1' } });
});

test('turns every option into its field', () => {
  const options: FollowOptions = {
    startedAt: '2026-03-01T11:59:00Z',
    deadline: '7200',
    initialDelay: '20',
    minInterval: '2',
    maxInterval: '60',
    ageFraction: '0.25',
    notFoundGrace: '0',
    requestedBy: 'identity team',
    note: 'onboarding',
    timeout: '1.5',
    wait: true,
  };
  expect(toFollowRequest('z-1', 't-1', options, NOW)).toEqual({
    input: {
      zoneId: 'z-1',
      taskId: 't-1',
      startedAt: '2026-03-01T11:59:00Z',
      deadlineSeconds: 7200,
      notFoundGraceSeconds: 0,
      requestedBy: 'identity team',
      note: 'onboarding',
      polling: { initialDelaySeconds: 20, minIntervalSeconds: 2, maxIntervalSeconds: 60, ageFraction: 0.25 },
    },
    timeoutMs: 1500,
  });
});

test('names every fault of the command line and of the input at once', () => {
  expect(faultsOf('', 'a b', { deadline: 'soon', minInterval: '', timeout: '0', maxInterval: '-1' })).toEqual([
    '--min-interval must be a number, got ""',
    '--deadline must be a number, got "soon"',
    '--timeout must be above 0 seconds',
    '--timeout needs --wait',
    'zoneId must be a non-empty string',
    'taskId must not contain white space or control characters',
    'polling.maxIntervalSeconds must be a number of seconds, positive, at most 315360000',
    'polling.minIntervalSeconds must not exceed polling.maxIntervalSeconds',
  ]);
});

test.each(['NaN', 'Infinity', '1e999', '12s', '0x'])('refuses %p as a number (T20)', (deadline) => {
  expect(faultsOf('z-1', 't-1', { deadline })).toEqual([`--deadline must be a number, got "${deadline}"`]);
});

test('refuses a deadline that is over', () => {
  expect(faultsOf('z-1', 't-1', { startedAt: '2026-03-01T11:00:00Z', deadline: '3600' })).toEqual([
    'deadlineSeconds counted from startedAt lies in the past: give a longer deadline or a later startedAt',
  ]);
});
