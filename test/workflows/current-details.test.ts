import { DEFAULT_POLLING, ENDINGS, type Phase, type ProvisioningSnapshot } from '../../src/contract';
import { describeForOperators } from '../../src/workflows/current-details';

const DUE = '2026-03-01T12:01:12.000Z';
const DEADLINE = '2026-03-02T12:00:00.000Z';
const SCHEDULE = `next poll at ${DUE}, deadline ${DEADLINE}`;
const seen = { status: 'InProgress', polls: 3 };
const notFound = { code: 'ResourceNotFound.UserProvisioningTaskNotFound', message: 'no such task' };

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
    ...fields,
  });
}

const degradedBy = { code: 'RequestLimitExceeded', message: 'slow down', count: 4, since: '2026-03-01T12:00:30.000Z' };
const blockedBy = { code: 'UnauthorizedOperation', message: 'no permission' };

const EXPECTED: [Phase, Partial<ProvisioningSnapshot>, string[]][] = [
  ['Polling', {}, ['**Polling**: cloud status not known yet after 0 polls']],
  ['Polling', { nextPollAt: DUE }, ['**Polling**: cloud status not known yet after 0 polls', SCHEDULE]],
  [
    'Polling',
    { ...seen, nextPollAt: DUE, degradedBy, lastError: degradedBy },
    [
      '**Polling**: cloud status `InProgress` after 3 polls',
      SCHEDULE,
      'riding out `RequestLimitExceeded` since 2026-03-01T12:00:30.000Z (4 in a row): slow down',
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
      'needs a person: `UnauthorizedOperation` no permission. Mend it, then send the signal pollNow',
    ],
  ],
  ['Succeeded', { status: 'Success', polls: 1 }, ['**Succeeded**: cloud status `Success` after 1 poll']],
  [
    'Failed',
    { status: 'Failed', polls: 2, failureReason: '部署失败: user "a"\nnot found' },
    ['**Failed**: cloud status `Failed` after 2 polls', 'reason: 部署失败: user "a"\nnot found'],
  ],
  ['Failed', { status: 'Failed', polls: 2, failureReason: '' }, ['**Failed**: cloud status `Failed` after 2 polls']],
  ['NotFound', { polls: 7, lastError: notFound }, ['**NotFound**: cloud status not known yet after 7 polls']],
  ['Vanished', { ...seen, lastError: notFound }, ['**Vanished**: cloud status `InProgress` after 3 polls']],
  ['Rejected', { ...seen, lastError: blockedBy }, ['**Rejected**: cloud status `InProgress` after 3 polls']],
  ['DeadlineExceeded', seen, ['**DeadlineExceeded**: cloud status `InProgress` after 3 polls']],
  ['Cancelled', seen, ['**Cancelled**: cloud status `InProgress` after 3 polls']],
];

test.each(EXPECTED)('tells an operator how a follow stands: %s with %j', (phase, fields, paragraphs) => {
  expect(details(phase, fields)).toBe(paragraphs.join('\n\n'));
});

test('has a text here for every phase', () => {
  expect(new Set(EXPECTED.map(([phase]) => phase))).toEqual(new Set<Phase>(['Polling', 'Blocked', ...ENDINGS]));
});
