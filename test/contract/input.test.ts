import {
  DEFAULT_POLLING,
  followInputFaults,
  InvalidInputError,
  resolveFollowInput,
  withPolling,
  type FollowInput,
} from '../../src/contract';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const IDS = { zoneId: 'z-1', taskId: 't-1' };
const DAY = 86_400;

function faultsOf(fields: object): string[] {
  return followInputFaults({ ...IDS, ...fields }, NOW);
}

describe('ids', () => {
  test.each(['z-djw98wnd0000', 't-d8wjd8j30000', 'a', 'A_b.C:d=e', '任务', 'x'.repeat(128)])('takes %p', (id) => {
    expect(faultsOf({ zoneId: id, taskId: id })).toEqual([]);
  });

  test.each<[unknown, string]>([
    [undefined, 'must be a non-empty string'],
    [null, 'must be a non-empty string'],
    ['', 'must be a non-empty string'],
    [7, 'must be a non-empty string'],
    [['t-1'], 'must be a non-empty string'],
    ['x'.repeat(129), 'must have at most 128 characters, got 129'],
    [' t-1', 'must not contain white space or control characters'],
    ['t\u00a01', 'must not contain white space or control characters'],
    ['t-1\n', 'must not contain white space or control characters'],
    ['t\u0000', 'must not contain white space or control characters'],
    ['t/1', 'must not contain "/"'],
    ['t\u0085', 'must not contain white space or control characters'],
    ['t\udc00', 'must not contain white space or control characters'],
  ])('refuses %j', (id, fault) => {
    expect(faultsOf({ zoneId: id, taskId: id })).toEqual([`zoneId ${fault}`, `taskId ${fault}`]);
  });
});

describe('durations', () => {
  const deadline = 'deadlineSeconds must be a number of seconds, positive, at most 315360000';

  test.each([0, -1, NaN, Infinity, null, '60', [60], 315_360_001])(
    'refuses %p as a deadline (T20)',
    (deadlineSeconds) => {
      expect(faultsOf({ deadlineSeconds })).toEqual([deadline]);
    },
  );

  test.each([undefined, 0.5, 60, 315_360_000])('takes %p as a deadline (T20)', (deadlineSeconds) => {
    expect(faultsOf({ deadlineSeconds })).toEqual([]);
  });

  test('takes waits of 30 days and refuses those beyond the bound, naming it (T24)', () => {
    expect(faultsOf({ deadlineSeconds: 60 * DAY, polling: { maxIntervalSeconds: 30 * DAY } })).toEqual([]);
    expect(faultsOf({ polling: { maxIntervalSeconds: 315_360_001 } })).toEqual([
      'polling.maxIntervalSeconds must be a number of seconds, positive, at most 315360000',
    ]);
  });

  test.each([-1, NaN, '0', null])('refuses %p as a grace or as a first wait', (seconds) => {
    expect(faultsOf({ notFoundGraceSeconds: seconds, polling: { initialDelaySeconds: seconds } })).toEqual([
      'notFoundGraceSeconds must be a number of seconds, zero or more, at most 315360000',
      'polling.initialDelaySeconds must be a number of seconds, zero or more, at most 315360000',
    ]);
  });

  test('takes a grace and a first wait of 0', () => {
    expect(faultsOf({ notFoundGraceSeconds: 0, polling: { initialDelaySeconds: 0 } })).toEqual([]);
  });
});

describe('polling', () => {
  test.each([
    [{ minIntervalSeconds: 0 }, 'polling.minIntervalSeconds must be a number of seconds, positive, at most 315360000'],
    [{ ageFraction: -0.1 }, 'polling.ageFraction must be a number from 0 to 1'],
    [{ ageFraction: 1.1 }, 'polling.ageFraction must be a number from 0 to 1'],
    [{ ageFraction: NaN }, 'polling.ageFraction must be a number from 0 to 1'],
    [{ ageFraction: '0.1' }, 'polling.ageFraction must be a number from 0 to 1'],
    [{ minIntervalSeconds: 31 }, 'polling.minIntervalSeconds must not exceed polling.maxIntervalSeconds'],
    [{ maxIntervalSeconds: 0.5 }, 'polling.minIntervalSeconds must not exceed polling.maxIntervalSeconds'],
    [
      { initialDelaySeconds: '5' },
      'polling.initialDelaySeconds must be a number of seconds, zero or more, at most 315360000',
    ],
    [{ factor: 2 }, 'polling.factor is not a known field'],
    [{ 'f\ud83d': 2 }, 'polling.f\ufffd is not a known field'],
    [{ ['f'.repeat(999)]: 2 }, `polling.${'f'.repeat(128)} is not a known field`],
  ])('refuses %j', (polling, fault) => {
    expect(faultsOf({ polling })).toEqual([fault]);
  });

  test.each([null, 5, 'fast', []])('refuses %j as a whole', (polling) => {
    expect(faultsOf({ polling })).toEqual(['polling must be an object']);
  });

  test.each([{}, { ageFraction: 0 }, { ageFraction: 1 }, { minIntervalSeconds: 30, maxIntervalSeconds: 30 }])(
    'takes %j',
    (polling) => {
      expect(faultsOf({ polling })).toEqual([]);
    },
  );
});

describe('settings with others put in their place', () => {
  test('keep what is not given, or is undefined', () => {
    const plainJavaScript: object = { minIntervalSeconds: 5, maxIntervalSeconds: undefined };
    expect(withPolling(DEFAULT_POLLING, plainJavaScript)).toStrictEqual({
      initialDelaySeconds: 0,
      minIntervalSeconds: 5,
      maxIntervalSeconds: 30,
      ageFraction: 0.1,
    });
  });

  test('take a 0 that is given, and leave the old ones as they were', () => {
    expect(withPolling(DEFAULT_POLLING, { ageFraction: 0 }).ageFraction).toBe(0);
    expect(DEFAULT_POLLING.ageFraction).toBe(0.1);
  });
});

describe('the start and the deadline', () => {
  test.each([
    '2026-03-01T11:59:59Z',
    '2026-03-01T11:59:59.123Z',
    '2026-03-01T11:59:59.123456789Z',
    '2028-02-29T12:00:00Z',
    '2026-03-02T00:00:00Z',
  ])('takes %p', (startedAt) => {
    expect(faultsOf({ startedAt })).toEqual([]);
  });

  test.each([
    '',
    'now',
    '2026-03-01',
    '2026-03-01T12:00:00',
    '2026-03-01T12:00:00+01:00',
    '2026-13-01T12:00:00Z',
    '2026-04-31T12:00:00Z',
    '2026-02-29T12:00:00Z',
    '2026-03-01T24:00:00Z',
    1_772_366_400,
    null,
  ])('refuses %j', (startedAt) => {
    expect(faultsOf({ startedAt })).toEqual([
      'startedAt must be an ISO 8601 instant in UTC such as 2026-01-31T12:00:00Z',
    ]);
  });

  test('refuses a deadline that is over, also the default one', () => {
    const past = 'deadlineSeconds counted from startedAt lies in the past: give a longer deadline or a later startedAt';
    expect(faultsOf({ startedAt: '2026-03-01T11:00:00Z', deadlineSeconds: 3600 })).toEqual([past]);
    expect(faultsOf({ startedAt: '2026-03-01T11:00:00Z', deadlineSeconds: 3601 })).toEqual([]);
    expect(faultsOf({ startedAt: '2026-02-28T12:00:00Z' })).toEqual([past]);
  });
});

test('a deadline of the wrong type is one fault, not two', () => {
  expect(faultsOf({ deadlineSeconds: null, startedAt: '2026-01-01T00:00:00Z' })).toEqual([
    'deadlineSeconds must be a number of seconds, positive, at most 315360000',
  ]);
});

describe('the whole input', () => {
  test.each([undefined, null, 'z-1/t-1', 5, []])('must be an object, not %j', (input) => {
    expect(followInputFaults(input, NOW)).toEqual(['input must be an object']);
  });

  test('has every fault named at once', () => {
    const input = {
      taskId: 'a b',
      startedAt: 'now',
      deadlineSeconds: 0,
      requestedBy: 7,
      note: 'x'.repeat(1001),
      zone: 1,
    };
    expect(followInputFaults(input, NOW)).toEqual([
      'zone is not a known field',
      'zoneId must be a non-empty string',
      'taskId must not contain white space or control characters',
      'deadlineSeconds must be a number of seconds, positive, at most 315360000',
      'requestedBy must be a string of at most 1000 characters',
      'note must be a string of at most 1000 characters',
      'startedAt must be an ISO 8601 instant in UTC such as 2026-01-31T12:00:00Z',
    ]);
  });

  test('is refused with the faults when it is resolved', () => {
    const resolve = (): unknown => resolveFollowInput({ zoneId: '', taskId: '' }, NOW);
    expect(resolve).toThrow(InvalidInputError);
    expect(resolve).toThrow('Invalid input: zoneId must be a non-empty string; taskId must be a non-empty string');
  });

  test('gets every default', () => {
    expect(resolveFollowInput(IDS, NOW)).toEqual({
      ...IDS,
      startedAt: '2026-03-01T12:00:00.000Z',
      deadlineAt: '2026-03-02T12:00:00.000Z',
      polling: { initialDelaySeconds: 0, minIntervalSeconds: 1, maxIntervalSeconds: 30, ageFraction: 0.1 },
      notFoundGraceSeconds: 60,
    });
  });

  test('keeps what was given; undefined counts as not given', () => {
    const plainJavaScript: object = { maxIntervalSeconds: 5, ageFraction: undefined };
    const input: FollowInput = {
      ...IDS,
      startedAt: '2026-03-01T11:30:00Z',
      deadlineSeconds: 7200,
      polling: plainJavaScript,
      notFoundGraceSeconds: 0,
      requestedBy: 'identity team',
      note: '',
    };
    expect(resolveFollowInput(input, NOW)).toEqual({
      ...IDS,
      startedAt: '2026-03-01T11:30:00.000Z',
      deadlineAt: '2026-03-01T13:30:00.000Z',
      polling: { initialDelaySeconds: 0, minIntervalSeconds: 1, maxIntervalSeconds: 5, ageFraction: 0.1 },
      notFoundGraceSeconds: 0,
      requestedBy: 'identity team',
      note: '',
    });
  });
});
