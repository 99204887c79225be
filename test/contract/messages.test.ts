import {
  DEFAULT_POLLING,
  deadlineExtensionFaults,
  extendedDeadlineMs,
  pauseFaults,
  pauseReason,
  pollingChangeFaults,
  resolveFaults,
} from '../../src/contract';

const NO_OBJECTS = [undefined, null, 7, 'why', true, [{ reason: 'why' }]];
const LONGEST = 'x'.repeat(1_000);

describe('the reason of a pause', () => {
  test.each<[unknown, string]>([
    [{ reason: 'the cloud is being mended' }, 'the cloud is being mended'],
    ['as a text of its own', 'as a text of its own'],
    [{ reason: '  cut \n' }, 'cut'],
    [{ reason: 'why', by: 'somebody' }, 'why'],
    [{ reason: LONGEST }, LONGEST],
    [{ reason: 'a\ud83d' }, 'a\ufffd'],
    ['\udc00', '\ufffd'],
  ])('of %j is kept (row %#)', (request, reason) => {
    expect(pauseReason(request)).toBe(reason);
  });

  test.each([
    undefined,
    null,
    7,
    NaN,
    true,
    '',
    ' \t\n\u00a0',
    [],
    ['why'],
    {},
    { reason: undefined },
    { reason: null },
    { reason: 7 },
    { reason: ['why'] },
    { reason: { text: 'why' } },
    { reason: ' \n ' },
  ])('of %j is none, for a signal cannot be refused', (request) => {
    expect(pauseReason(request)).toBe('no reason given');
  });

  test('of 5,000 characters is cut at 1,000, and stays well-formed where that halves a character', () => {
    expect(pauseReason({ reason: 'y'.repeat(5_000) })).toBe('y'.repeat(1_000));
    expect(pauseReason(`${'y'.repeat(999)}😀${'z'.repeat(4_000)}`)).toBe(`${'y'.repeat(999)}\ufffd`);
  });
});

describe('a pause', () => {
  test.each([{ reason: 'why' }, { reason: LONGEST }, { reason: ' a ' }])('takes %j (row %#)', (request) => {
    expect(pauseFaults(request)).toEqual([]);
  });

  test.each(NO_OBJECTS)('must be an object, not %j', (request) => {
    expect(pauseFaults(request)).toEqual(['input must be an object']);
  });

  test.each([undefined, null, 7, '', ' \n', ['why'], 'x'.repeat(1_001)])('refuses the reason %j (row %#)', (reason) => {
    expect(pauseFaults({ reason })).toEqual(['reason must be a non-empty string of at most 1000 characters']);
  });

  test('names every fault at once', () => {
    expect(pauseFaults({ why: 'x', until: 5 })).toEqual([
      'why is not a known field',
      'until is not a known field',
      'reason must be a non-empty string of at most 1000 characters',
    ]);
  });
});

describe('a change of the pace', () => {
  const ORDER = 'minIntervalSeconds must not exceed maxIntervalSeconds';
  const EMPTY = 'input must have at least one of minIntervalSeconds, maxIntervalSeconds, ageFraction';
  const positive = (field: string): string => `${field} must be a number of seconds, positive, at most 315360000`;

  test.each([
    { minIntervalSeconds: 30 },
    { maxIntervalSeconds: 1 },
    { maxIntervalSeconds: 2_592_000 },
    { minIntervalSeconds: 60, maxIntervalSeconds: 60 },
    { ageFraction: 0 },
    { ageFraction: 1, minIntervalSeconds: undefined },
  ])('takes %j', (change) => {
    expect(pollingChangeFaults(change, DEFAULT_POLLING)).toEqual([]);
    expect(pollingChangeFaults(change)).toEqual([]);
  });

  test.each([
    [{ minIntervalSeconds: 30.5 }, ORDER],
    [{ maxIntervalSeconds: 0.5 }, ORDER],
  ])('compares %j with the other bound that holds, where that is known', (change, fault) => {
    expect(pollingChangeFaults(change, DEFAULT_POLLING)).toEqual([fault]);
    expect(pollingChangeFaults(change)).toEqual([]);
  });

  test('compares two bounds that are given together with each other alone', () => {
    const slow = { minIntervalSeconds: 60, maxIntervalSeconds: 120 };
    expect(pollingChangeFaults(slow, DEFAULT_POLLING)).toEqual([]);
    const crossed = { minIntervalSeconds: 20, maxIntervalSeconds: 10 };
    expect(pollingChangeFaults(crossed, DEFAULT_POLLING)).toEqual([ORDER]);
    expect(pollingChangeFaults(crossed)).toEqual([ORDER]);
  });

  test.each<[object, string]>([
    [{ minIntervalSeconds: 0 }, positive('minIntervalSeconds')],
    [{ minIntervalSeconds: -1 }, positive('minIntervalSeconds')],
    [{ minIntervalSeconds: NaN }, positive('minIntervalSeconds')],
    [{ minIntervalSeconds: '5' }, positive('minIntervalSeconds')],
    [{ minIntervalSeconds: null }, positive('minIntervalSeconds')],
    [{ maxIntervalSeconds: Infinity }, positive('maxIntervalSeconds')],
    [{ maxIntervalSeconds: 315_360_001 }, positive('maxIntervalSeconds')],
    [{ ageFraction: 1.01 }, 'ageFraction must be a number from 0 to 1'],
    [{ ageFraction: NaN }, 'ageFraction must be a number from 0 to 1'],
    [{ ageFraction: null }, 'ageFraction must be a number from 0 to 1'],
    [{ ageFraction: 0.5, factor: 2 }, 'factor is not a known field'],
    [{ ageFraction: 0.5, initialDelaySeconds: 5 }, 'initialDelaySeconds is not a known field'],
  ])('refuses %p', (change, fault) => {
    expect(pollingChangeFaults(change, DEFAULT_POLLING)).toEqual([fault]);
    expect(pollingChangeFaults(change)).toEqual([fault]);
  });

  test.each([{}, { minIntervalSeconds: undefined }])('refuses %p, which changes nothing', (change) => {
    expect(pollingChangeFaults(change, DEFAULT_POLLING)).toEqual([EMPTY]);
  });

  test.each(NO_OBJECTS)('must be an object, not %j', (change) => {
    expect(pollingChangeFaults(change, DEFAULT_POLLING)).toEqual(['input must be an object']);
  });

  test('names every fault at once', () => {
    expect(pollingChangeFaults({ initialDelaySeconds: 5 })).toEqual([
      'initialDelaySeconds is not a known field',
      EMPTY,
    ]);
    expect(pollingChangeFaults({ minIntervalSeconds: 0, maxIntervalSeconds: '1', ageFraction: 2, pace: 1 })).toEqual([
      'pace is not a known field',
      positive('minIntervalSeconds'),
      positive('maxIntervalSeconds'),
      'ageFraction must be a number from 0 to 1',
    ]);
  });
});

describe('a move of the deadline', () => {
  const NOW = Date.parse('2026-03-01T12:00:00Z');
  const DEADLINE = '2026-03-02T12:00:00.000Z';
  const SECONDS = 'bySeconds must be a number of seconds, positive, at most 315360000';
  const INSTANT = 'deadlineAt must be an ISO 8601 instant in UTC such as 2026-01-31T12:00:00Z';
  const ONE_OF = 'input must have either bySeconds or deadlineAt';
  const LATER = `deadlineAt must lie after the present deadline ${DEADLINE}`;
  const PAST = 'the new deadline lies in the past';
  const TOO_FAR = 'the new deadline must lie within 315360000 seconds from now';

  test.each([
    { bySeconds: 3_600 },
    { bySeconds: 0.5 },
    { bySeconds: 3_600, deadlineAt: undefined },
    { deadlineAt: '2026-03-02T12:00:00.001Z' },
    { deadlineAt: '2026-04-01T00:00:00Z', bySeconds: undefined },
  ])('takes %p', (extension) => {
    expect(deadlineExtensionFaults(extension, NOW, DEADLINE)).toEqual([]);
    expect(deadlineExtensionFaults(extension, NOW)).toEqual([]);
  });

  test.each([NaN, Infinity, 0, -1, '60', 315_360_001])('refuses to move it by %p (T20)', (bySeconds) => {
    expect(deadlineExtensionFaults({ bySeconds }, NOW, DEADLINE)).toEqual([SECONDS]);
    expect(deadlineExtensionFaults({ bySeconds }, NOW)).toEqual([SECONDS]);
  });

  test('refuses to move it by null, which is neither a number nor absent (T20)', () => {
    expect(deadlineExtensionFaults({ bySeconds: null }, NOW, DEADLINE)).toEqual([SECONDS]);
    expect(deadlineExtensionFaults({ bySeconds: null, deadlineAt: '2026-04-01T00:00:00Z' }, NOW, DEADLINE)).toEqual([
      SECONDS,
      ONE_OF,
    ]);
  });

  test.each(['', 'tomorrow', '2026-04-01', '2026-04-01T00:00:00+01:00', '2026-04-31T00:00:00Z', 1_775_001_600, null])(
    'refuses to move it to %j (T20)',
    (deadlineAt) => {
      expect(deadlineExtensionFaults({ deadlineAt }, NOW, DEADLINE)).toEqual([INSTANT]);
    },
  );

  test.each([
    ['both', { bySeconds: 60, deadlineAt: '2026-04-01T00:00:00Z' }],
    ['neither', {}],
    ['undefined for both', { bySeconds: undefined, deadlineAt: undefined }],
  ])('refuses %s of a span and an instant', (_, extension) => {
    expect(deadlineExtensionFaults(extension, NOW, DEADLINE)).toEqual([ONE_OF]);
  });

  test.each([DEADLINE, '2026-03-02T11:59:59.999Z', '2026-03-01T12:00:00.001Z'])(
    'refuses %p, not after the present deadline; without that one it is only known to lie ahead',
    (deadlineAt) => {
      expect(deadlineExtensionFaults({ deadlineAt }, NOW, DEADLINE)).toEqual([LATER]);
      expect(deadlineExtensionFaults({ deadlineAt }, NOW)).toEqual([]);
    },
  );

  test.each<[object]>([
    [{ deadlineAt: '2026-03-01T12:00:00Z' }],
    [{ deadlineAt: '2026-03-01T11:59:59Z' }],
    [{ deadlineAt: '2026-03-01T11:59:59Z', bySeconds: undefined }],
  ])('refuses %p, which lies in the past', (extension) => {
    expect(deadlineExtensionFaults(extension, NOW, DEADLINE)).toEqual([PAST]);
    expect(deadlineExtensionFaults(extension, NOW)).toEqual([PAST]);
  });

  test('counts from a present deadline that is past itself, and must come out ahead of now', () => {
    const anHourAgo = '2026-03-01T11:00:00.000Z';
    expect(deadlineExtensionFaults({ bySeconds: 3_600 }, NOW, anHourAgo)).toEqual([PAST]);
    expect(deadlineExtensionFaults({ bySeconds: 3_601 }, NOW, anHourAgo)).toEqual([]);
    expect(deadlineExtensionFaults({ deadlineAt: '2026-03-01T11:30:00Z' }, NOW, anHourAgo)).toEqual([PAST]);
    expect(deadlineExtensionFaults({ deadlineAt: '2026-03-01T12:30:00Z' }, NOW, anHourAgo)).toEqual([]);
  });

  test('lies within ten years from now (T24)', () => {
    // Ten years of 365 days from 2026-03-01, with the leap days of 2028 and 2032 in between.
    expect(deadlineExtensionFaults({ deadlineAt: '2036-02-27T12:00:00Z' }, NOW, DEADLINE)).toEqual([]);
    expect(deadlineExtensionFaults({ deadlineAt: '2036-02-27T12:00:01Z' }, NOW, DEADLINE)).toEqual([TOO_FAR]);
    expect(deadlineExtensionFaults({ bySeconds: 315_360_000 - 86_400 }, NOW, DEADLINE)).toEqual([]);
    expect(deadlineExtensionFaults({ bySeconds: 315_360_000 - 86_399 }, NOW, DEADLINE)).toEqual([TOO_FAR]);
    expect(deadlineExtensionFaults({ bySeconds: 315_360_000 }, NOW)).toEqual([]);
  });

  test.each(NO_OBJECTS)('must be an object, not %j', (extension) => {
    expect(deadlineExtensionFaults(extension, NOW, DEADLINE)).toEqual(['input must be an object']);
  });

  test('names every fault of its form at once', () => {
    expect(deadlineExtensionFaults({ bySeconds: 0, deadlineAt: 'soon', by: 'me' }, NOW, DEADLINE)).toEqual([
      'by is not a known field',
      SECONDS,
      ONE_OF,
      INSTANT,
    ]);
  });

  test.each<[Parameters<typeof extendedDeadlineMs>[0], string]>([
    [{ bySeconds: 3_600 }, '2026-03-02T13:00:00.000Z'],
    [{ bySeconds: 0.25 }, '2026-03-02T12:00:00.250Z'],
    [{ deadlineAt: '2026-04-01T00:00:00Z' }, '2026-04-01T00:00:00.000Z'],
    [{ deadlineAt: '2026-04-01T00:00:00Z', bySeconds: undefined }, '2026-04-01T00:00:00.000Z'],
  ])('by %p comes out as %s', (extension, deadlineAt) => {
    expect(new Date(extendedDeadlineMs(extension, Date.parse(DEADLINE))).toISOString()).toBe(deadlineAt);
  });
});

describe('a declared result', () => {
  const ALL = { outcome: 'Succeeded', reason: 'seen in the console', by: 'identity team' };

  test.each([ALL, { ...ALL, outcome: 'Failed' }, { ...ALL, reason: LONGEST, by: LONGEST }])(
    'takes %j (row %#)',
    (request) => {
      expect(resolveFaults(request)).toEqual([]);
    },
  );

  test.each([undefined, null, '', 'succeeded', 'Success', 'Resolved', 'Cancelled', 7, ['Failed']])(
    'refuses the outcome %j',
    (outcome) => {
      expect(resolveFaults({ ...ALL, outcome })).toEqual(['outcome must be one of Succeeded, Failed']);
    },
  );

  test.each([undefined, null, 7, '', ' \n', 'x'.repeat(1_001)])('refuses %j as reason and as who (row %#)', (text) => {
    expect(resolveFaults({ ...ALL, reason: text, by: text })).toEqual([
      'reason must be a non-empty string of at most 1000 characters',
      'by must be a non-empty string of at most 1000 characters',
    ]);
  });

  test.each(NO_OBJECTS)('must be an object, not %j', (request) => {
    expect(resolveFaults(request)).toEqual(['input must be an object']);
  });

  test('names every fault at once', () => {
    expect(resolveFaults({ result: 'ok', 'at\ud83d': 1 })).toEqual([
      'result is not a known field',
      'at\ufffd is not a known field',
      'outcome must be one of Succeeded, Failed',
      'reason must be a non-empty string of at most 1000 characters',
      'by must be a non-empty string of at most 1000 characters',
    ]);
  });
});
