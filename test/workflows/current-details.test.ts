import {
  DEFAULT_POLLING,
  ENDINGS,
  LIVE_PHASES,
  type FollowInput,
  type Phase,
  type ProvisioningSnapshot,
} from '../../src/contract';
import { describeForOperators } from '../../src/workflows/current-details';

const STARTED = '2026-03-01T12:00:00.000Z';
const NOW = '2026-03-01T12:01:10.000Z';
const DUE = '2026-03-01T12:01:12.000Z';
const DEADLINE = '2026-03-02T12:00:00.000Z';
const ENDED = '2026-03-01T13:00:00.000Z';
const ASKING = `asking the cloud now, deadline ${DEADLINE}`;
const SCHEDULE = `next poll at ${DUE}, deadline ${DEADLINE}`;
const AT_DEADLINE = `next poll at ${DEADLINE}, deadline ${DEADLINE}`;
const AGE = `age 1 min 10 s at ${NOW}`;
const OVER = `ended at ${ENDED}, age 1 h 0 min`;
const WHO = 'zone `z-1` task `t-1`';
const IDS = { zoneId: 'z-1', taskId: 't-1' };
const seen = { status: 'InProgress', polls: 3 };

function details(
  phase: Phase,
  fields: Partial<ProvisioningSnapshot>,
  input: FollowInput = IDS,
  writtenAt = NOW,
): string {
  const snapshot: ProvisioningSnapshot = {
    ...IDS,
    phase,
    polls: 0,
    startedAt: STARTED,
    deadlineAt: DEADLINE,
    observations: [],
    polling: DEFAULT_POLLING,
    messages: {},
    ...(ENDINGS.some((ending) => ending === phase) && { endedAt: ENDED }),
    ...fields,
  };
  return describeForOperators(snapshot, input, writtenAt);
}

const since = '2026-03-01T12:00:30.000Z';
const degradedBy = { code: 'RequestLimitExceeded', message: 'slow down', advice: 'Lower the rate.', count: 4, since };
const blockedBy = { code: 'UnauthorizedOperation', message: 'no permission', advice: 'Grant it.', since };
const paused = { pausedReason: 'lunch', pausedAt: since };
const PAUSED = [
  'paused since 2026-03-01T12:00:30.000Z: lunch',
  'Send the signal resume to go on; until then it polls when somebody asks for it, and at its deadline',
];
const resolution = {
  outcome: 'Succeeded',
  reason: 'seen in the console',
  by: 'identity team',
  at: ENDED,
} as const;

const EXPECTED: [Phase, Partial<ProvisioningSnapshot>, string[]][] = [
  ['Polling', {}, ['**Polling**: cloud status not known yet after 0 polls', ASKING, AGE, WHO]],
  ['Polling', { nextPollAt: DUE }, ['**Polling**: cloud status not known yet after 0 polls', SCHEDULE, AGE, WHO]],
  [
    'Polling',
    { ...seen, nextPollAt: DUE, degradedBy, lastError: degradedBy },
    [
      '**Polling**: cloud status `InProgress` after 3 polls',
      SCHEDULE,
      AGE,
      'riding out `RequestLimitExceeded` since 2026-03-01T12:00:30.000Z (4 in a row): slow down',
      'Lower the rate.',
      WHO,
    ],
  ],
  [
    'Polling',
    { status: 'Queued', polls: 1, nextPollAt: DUE },
    ['**Polling**: cloud status `Queued` after 1 poll', SCHEDULE, AGE, WHO],
  ],
  [
    'Blocked',
    { ...seen, nextPollAt: DUE, blockedBy, lastError: blockedBy },
    [
      '**Blocked**: cloud status `InProgress` after 3 polls',
      SCHEDULE,
      AGE,
      'needs a person since 2026-03-01T12:00:30.000Z: `UnauthorizedOperation` no permission',
      'Grant it. Then send the signal resume, or wait for the next probe',
      WHO,
    ],
  ],
  [
    'Blocked',
    { ...seen, nextPollAt: DUE, blockedBy: { code: 'Odd', message: 'no advice', since } },
    [
      '**Blocked**: cloud status `InProgress` after 3 polls',
      SCHEDULE,
      AGE,
      'needs a person since 2026-03-01T12:00:30.000Z: `Odd` no advice',
      'Mend it. Then send the signal resume, or wait for the next probe',
      WHO,
    ],
  ],
  [
    'Paused',
    { ...seen, ...paused, nextPollAt: DEADLINE },
    ['**Paused**: cloud status `InProgress` after 3 polls', AT_DEADLINE, AGE, ...PAUSED, WHO],
  ],
  ['Paused', paused, ['**Paused**: cloud status not known yet after 0 polls', ASKING, AGE, ...PAUSED, WHO]],
  [
    'Paused',
    { ...seen, ...paused, nextPollAt: DEADLINE, blockedBy, degradedBy },
    [
      '**Paused**: cloud status `InProgress` after 3 polls',
      AT_DEADLINE,
      AGE,
      ...PAUSED,
      'riding out `RequestLimitExceeded` since 2026-03-01T12:00:30.000Z (4 in a row): slow down',
      'Lower the rate.',
      'needs a person since 2026-03-01T12:00:30.000Z: `UnauthorizedOperation` no permission',
      'Grant it. Then send the signal resume',
      WHO,
    ],
  ],
  [
    'Polling',
    { status: 'a `b`\nc', polls: 1, nextPollAt: DUE },
    ['**Polling**: cloud status `a  b  c` after 1 poll', SCHEDULE, AGE, WHO],
  ],
  [
    'Succeeded',
    { status: 'Success', polls: 1, failureReason: '' },
    ['**Succeeded**: cloud status `Success` after 1 poll', OVER, WHO],
  ],
  [
    'Failed',
    { status: 'Failed', polls: 2, failureReason: '部署失败: user "a"\nnot found' },
    ['**Failed**: cloud status `Failed` after 2 polls', 'reason: 部署失败: user "a"\nnot found', OVER, WHO],
  ],
  [
    'Rejected',
    { polls: 1, lastError: { code: 'FailedOperation.ZoneIdNotExist', message: 'no space' } },
    [
      '**Rejected**: cloud status not known yet after 1 poll',
      'last error: `FailedOperation.ZoneIdNotExist` no space',
      OVER,
      WHO,
    ],
  ],
  [
    'DeadlineExceeded',
    { ...seen, degradedBy, lastError: degradedBy },
    [
      '**DeadlineExceeded**: cloud status `InProgress` after 3 polls',
      'last error: `RequestLimitExceeded` slow down',
      OVER,
      WHO,
    ],
  ],
  [
    'DeadlineExceeded',
    { ...seen, ...paused, endedWhile: 'Paused' },
    ['**DeadlineExceeded**: cloud status `InProgress` after 3 polls', PAUSED[0] ?? '', OVER, WHO],
  ],
  [
    'Resolved',
    { ...seen, resolution },
    [
      '**Resolved**: cloud status `InProgress` after 3 polls',
      'declared Succeeded by identity team: seen in the console',
      OVER,
      WHO,
    ],
  ],
  [
    'Resolved',
    { polls: 1, resolution: { ...resolution, outcome: 'Failed' }, lastError: { code: 'Odd', message: 'gone' } },
    [
      '**Resolved**: cloud status not known yet after 1 poll',
      'declared Failed by identity team: seen in the console',
      'last error: `Odd` gone',
      OVER,
      WHO,
    ],
  ],
  ['NotFound', { polls: 7 }, ['**NotFound**: cloud status not known yet after 7 polls', OVER, WHO]],
  ['Vanished', seen, ['**Vanished**: cloud status `InProgress` after 3 polls', OVER, WHO]],
  ['Cancelled', seen, ['**Cancelled**: cloud status `InProgress` after 3 polls', OVER, WHO]],
];

test.each(EXPECTED)('tells an operator how a follow stands: %s (row %#)', (phase, fields, paragraphs) => {
  expect(details(phase, fields)).toBe(paragraphs.join('\n\n'));
});

test('has a text here for every phase', () => {
  expect(new Set(EXPECTED.map(([phase]) => phase))).toEqual(new Set<Phase>([...LIVE_PHASES, ...ENDINGS]));
});

test.each<[Partial<FollowInput>, string]>([
  [{}, 'zone `z-1` task `t-1`'],
  [{ requestedBy: 'identity team' }, 'zone `z-1` task `t-1`, requested by identity team'],
  [{ note: 'for audit 7' }, 'zone `z-1` task `t-1`: for audit 7'],
  [
    { requestedBy: 'identity team', note: 'for audit 7' },
    'zone `z-1` task `t-1`, requested by identity team: for audit 7',
  ],
  [{ zoneId: 'z`1', taskId: '任务' }, 'zone `z 1` task `任务`'],
])('says last who asked for it, and why: %j', (input, line) => {
  for (const phase of ['Polling', 'Cancelled'] as const) {
    expect(
      details(phase, {}, { ...IDS, ...input })
        .split('\n\n')
        .at(-1),
    ).toBe(line);
  }
});

test('tells the age when it is written, and no age before the task begins', () => {
  expect(details('Polling', {}, IDS, '2026-03-02T11:59:59.000Z').split('\n\n')).toContain(
    'age 23 h 59 min at 2026-03-02T11:59:59.000Z',
  );
  expect(details('Polling', { startedAt: DEADLINE }).split('\n\n')).toContain(`age 0 s at ${NOW}`);
});

test('tells the age of an ended follow at its end, not when it is written', () => {
  expect(details('Cancelled', {}, IDS, '2026-04-01T00:00:00.000Z').split('\n\n')).toContain(OVER);
});
