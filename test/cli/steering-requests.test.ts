import { toExtension, toPauseRequest, toPollingChange, toResolveRequest } from '../../src/cli/steering-requests';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const nobody = (): string => {
  throw new Error('no such user');
};

function read<T>(toRequest: (faults: string[]) => T): { request: T; faults: string[] } {
  const faults: string[] = [];
  return { request: toRequest(faults), faults };
}

test('turns what was typed into the arguments of the follow', () => {
  expect(read((faults) => toPauseRequest({ reason: 'why' }, faults))).toEqual({
    request: { reason: 'why' },
    faults: [],
  });
  expect(read((faults) => toExtension({ by: '60' }, faults, NOW))).toEqual({ request: { bySeconds: 60 }, faults: [] });
  expect(read((faults) => toExtension({ to: '2026-03-01T12:00:01Z' }, faults, NOW))).toEqual({
    request: { deadlineAt: '2026-03-01T12:00:01Z' },
    faults: [],
  });
  expect(read((faults) => toPollingChange({ minInterval: '2', ageFraction: '0' }, faults))).toEqual({
    request: { minIntervalSeconds: 2, ageFraction: 0 },
    faults: [],
  });
  const declared = { outcome: 'Failed', reason: 'seen' } as const;
  expect(read((faults) => toResolveRequest(declared, faults, () => 'ops'))).toEqual({
    request: { ...declared, by: 'ops' },
    faults: [],
  });
  expect(read((faults) => toResolveRequest({ ...declared, by: 'me' }, faults, nobody)).request.by).toBe('me');
});

const EITHER = 'Give either --by with seconds, or --to with an instant such as 2026-01-31T12:00:00Z';

test.each<[string, (faults: string[]) => unknown, string[]]>([
  [
    'an empty reason',
    (faults) => toPauseRequest({ reason: ' ' }, faults),
    ['reason must be a non-empty string of at most 1000 characters'],
  ],
  ['no deadline', (faults) => toExtension({}, faults, NOW), [EITHER]],
  ['two deadlines', (faults) => toExtension({ by: '60', to: '2027-03-01T12:00:00Z' }, faults, NOW), [EITHER]],
  ['no number', (faults) => toExtension({ by: 'soon' }, faults, NOW), ['--by must be a number, got "soon"']],
  [
    'no instant',
    (faults) => toExtension({ to: 'tomorrow' }, faults, NOW),
    ['deadlineAt must be an ISO 8601 instant in UTC such as 2026-01-31T12:00:00Z'],
  ],
  [
    'the past',
    (faults) => toExtension({ to: '2026-03-01T12:00:00Z' }, faults, NOW),
    ['the new deadline lies in the past'],
  ],
  [
    'no change',
    (faults) => toPollingChange({}, faults),
    ['Give at least one of --min-interval, --max-interval and --age-fraction'],
  ],
  [
    'wrong changes',
    (faults) => toPollingChange({ minInterval: 'x', maxInterval: '0', ageFraction: '2' }, faults),
    [
      '--min-interval must be a number, got "x"',
      'maxIntervalSeconds must be a number of seconds, positive, at most 315360000',
      'ageFraction must be a number from 0 to 1',
    ],
  ],
  [
    'a user without a name',
    (faults) => toResolveRequest({ outcome: 'Failed', reason: '' }, faults, nobody),
    [
      'Give --by, since the operating system has no name for this user',
      'reason must be a non-empty string of at most 1000 characters',
    ],
  ],
  [
    'an empty name',
    (faults) => toResolveRequest({ outcome: 'Failed', reason: 'x', by: '' }, faults, () => 'ops'),
    ['by must be a non-empty string of at most 1000 characters'],
  ],
])('refuses %s', (_, toRequest, expected) => {
  expect(read(toRequest).faults).toEqual(expected);
});
