import { listLines, toListRequest, type ListOptions } from '../../src/cli/list';
import { tableLines } from '../../src/cli/table';
import type { ListedFollow } from '../../src/client';
import { ageText } from '../../src/contract';

const NOW = Date.parse('2026-03-01T12:00:00Z');

describe('what list asks for', () => {
  test.each<[ListOptions, object]>([
    [{}, { filter: { running: true }, limit: 100 }],
    [{ phase: ['Blocked', 'Paused'] }, { filter: { phases: ['Blocked', 'Paused'], running: true }, limit: 100 }],
    [{ phase: ['Blocked', 'Failed'] }, { filter: { phases: ['Blocked', 'Failed'] }, limit: 100 }],
    [
      { all: true, limit: '7' },
      { filter: {}, limit: 7 },
    ],
    [{ query: 'x' }, { filter: { query: 'x' }, limit: 100 }],
    [
      { zone: 'z-1', error: 'InternalError', olderThan: '0' },
      { filter: { zoneId: 'z-1', errorCode: 'InternalError', olderThanSeconds: 0, running: true }, limit: 100 },
    ],
  ])('%j', (options, request) => {
    const faults: string[] = [];
    expect(toListRequest(options, faults)).toEqual(request);
    expect(faults).toEqual([]);
  });

  test('names every fault at once', () => {
    const faults: string[] = [];
    toListRequest({ zone: 'z 1', olderThan: '-1', limit: '1.5', query: '' }, faults);
    expect(faults).toEqual([
      '--zone must not contain white space or control characters',
      "--query must be a list filter such as ProvisioningPhase = 'Blocked'",
      '--older-than must be a number of seconds, zero or more, at most 315360000',
      '--limit must be a whole number of at least 1',
    ]);
  });
});

describe('the table of follows', () => {
  const follow = (fields: Partial<ListedFollow>): ListedFollow => ({
    zoneId: 'z-1',
    taskId: 't-1',
    workflowId: 'provisioning-task/z-1/t-1',
    runId: 'r',
    workflowStatus: 'RUNNING',
    startedAt: '2026-03-01T08:40:00.000Z',
    ...fields,
  });

  test('is aligned, with a dash for nothing', () => {
    const follows = [
      follow({ phase: 'Polling' }),
      follow({ taskId: 't-22', phase: 'Blocked', errorCode: 'UnauthorizedOperation', requestedBy: '部署\u001b[2J' }),
      follow({ phase: 'Failed', workflowStatus: 'FAILED', closedAt: '2026-03-01T08:40:12.000Z', requestedBy: 'me' }),
    ];
    expect(listLines(follows, NOW)).toEqual([
      'ZONE  TASK  PHASE    AGE         ERROR                  REQUESTED BY',
      'z-1   t-1   Polling  3 h 20 min  -                      -',
      'z-1   t-22  Blocked  3 h 20 min  UnauthorizedOperation  部署\ufffd[2J',
      'z-1   t-1   Failed   12 s        -                      me',
    ]);
  });

  test.each<[Partial<ListedFollow>, string]>([
    [{ phase: 'Polling', workflowStatus: 'TERMINATED' }, 'TERMINATED'],
    [{ workflowStatus: 'TIMED_OUT' }, 'TIMED_OUT'],
    [{}, '-'],
    [{ phase: 'Cancelled', workflowStatus: 'CANCELLED' }, 'Cancelled'],
  ])('a workflow that was stopped from outside shows how: %j', (fields, shown) => {
    expect(listLines([follow(fields)], NOW)[1]?.split(/\s+/)[2]).toBe(shown);
  });

  test('wide characters keep the columns aligned', () => {
    expect(
      tableLines(
        ['A', 'B'],
        [
          ['部署', 'x'],
          ['abcd', 'y'],
          [undefined, ''],
        ],
      ),
    ).toEqual(['A     B', '部署  x', 'abcd  y', '-     -']);
  });
});

test.each([
  ['2026-03-01T12:00:00Z', '0 s'],
  ['2026-03-01T11:59:01Z', '59 s'],
  ['2026-03-01T11:58:55Z', '1 min 5 s'],
  ['2026-03-01T08:40:00Z', '3 h 20 min'],
  ['2026-02-26T07:00:00Z', '3 d 5 h'],
  ['2026-03-01T12:00:05Z', '0 s'],
])('the age since %s is %s', (since, text) => {
  expect(ageText(since, '2026-03-01T12:00:00Z')).toBe(text);
});
