import { DEFAULT_POLLING, ENDINGS, type Phase, type ProvisioningSnapshot } from '../../src/contract';
import { describeForOperators } from '../../src/workflows/current-details';

const DUE = '2026-03-01T12:01:12.000Z';
const DEADLINE = '2026-03-02T12:00:00.000Z';
const ASKING = `asking the cloud now, deadline ${DEADLINE}`;
const ENDED = '2026-03-01T13:00:00.000Z';
const SCHEDULE = `next poll at ${DUE}, deadline ${DEADLINE}`;
const seen = { status: 'InProgress', polls: 3 };

function details(phase: Phase, fields: Partial<ProvisioningSnapshot>): string {
  return describeForOperators({
    zoneId: 'z-1',
    taskId: 't-1',
    phase,
    polls: 0,
    startedAt: '2026-03-01T12:00:00.000Z',
    deadlineAt: DEADLINE,
    observations: [],
    polling: DEFAULT_POLLING,
    ...(ENDINGS.some((ending) => ending === phase) && { endedAt: ENDED }),
    ...fields,
  });
}

const since = '2026-03-01T12:00:30.000Z';
const degradedBy = { code: 'RequestLimitExceeded', message: 'slow down', advice: 'Lower the rate.', count: 4, since };
const blockedBy = { code: 'UnauthorizedOperation', message: 'no permission', advice: 'Grant it.', since };

const EXPECTED: [Phase, Partial<ProvisioningSnapshot>, string[]][] = [
  ['Polling', {}, ['**Polling**: cloud status not known yet after 0 polls', ASKING]],
  ['Polling', { nextPollAt: DUE }, ['**Polling**: cloud status not known yet after 0 polls', SCHEDULE]],
  [
    'Polling',
    { ...seen, nextPollAt: DUE, degradedBy, lastError: degradedBy },
    [
      '**Polling**: cloud status `InProgress` after 3 polls',
      SCHEDULE,
      'riding out `RequestLimitExceeded` since 2026-03-01T12:00:30.000Z (4 in a row): slow down',
      'Lower the rate.',
    ],
  ],
  [
    'Polling',
    { status: 'Queued', polls: 1, nextPollAt: DUE },
    ['**Polling**: cloud status `Queued` after 1 poll', SCHEDULE],
  ],
  [
    'Blocked',
    { ...seen, nextPollAt: DUE, blockedBy, lastError: blockedBy },
    [
      '**Blocked**: cloud status `InProgress` after 3 polls',
      SCHEDULE,
      'needs a person since 2026-03-01T12:00:30.000Z: `UnauthorizedOperation` no permission',
      'Grant it. Then send the signal resume, or wait for the next probe',
    ],
  ],
  [
    'Polling',
    { status: 'a `b`\nc', polls: 1, nextPollAt: DUE },
    ['**Polling**: cloud status `a  b  c` after 1 poll', SCHEDULE],
  ],
  [
    'Succeeded',
    { status: 'Success', polls: 1, failureReason: '' },
    ['**Succeeded**: cloud status `Success` after 1 poll', `ended at ${ENDED}`],
  ],
  [
    'Failed',
    { status: 'Failed', polls: 2, failureReason: '部署失败: user "a"\nnot found' },
    ['**Failed**: cloud status `Failed` after 2 polls', 'reason: 部署失败: user "a"\nnot found', `ended at ${ENDED}`],
  ],
  [
    'Rejected',
    { polls: 1, lastError: { code: 'FailedOperation.ZoneIdNotExist', message: 'no space' } },
    [
      '**Rejected**: cloud status not known yet after 1 poll',
      'last error: `FailedOperation.ZoneIdNotExist` no space',
      `ended at ${ENDED}`,
    ],
  ],
  [
    'DeadlineExceeded',
    { ...seen, degradedBy, lastError: degradedBy },
    [
      '**DeadlineExceeded**: cloud status `InProgress` after 3 polls',
      'last error: `RequestLimitExceeded` slow down',
      `ended at ${ENDED}`,
    ],
  ],
  ['NotFound', { polls: 7 }, ['**NotFound**: cloud status not known yet after 7 polls', `ended at ${ENDED}`]],
  ['Vanished', seen, ['**Vanished**: cloud status `InProgress` after 3 polls', `ended at ${ENDED}`]],
  ['Cancelled', seen, ['**Cancelled**: cloud status `InProgress` after 3 polls', `ended at ${ENDED}`]],
];

test.each(EXPECTED)('tells an operator how a follow stands: %s (row %#)', (phase, fields, paragraphs) => {
  expect(details(phase, fields)).toBe(paragraphs.join('\n\n'));
});

test('has a text here for every phase', () => {
  expect(new Set(EXPECTED.map(([phase]) => phase))).toEqual(new Set<Phase>(['Polling', 'Blocked', ...ENDINGS]));
});
