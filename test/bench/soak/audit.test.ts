import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { msToTs } from '@temporalio/common/lib/time';

import { auditEvents } from '../../../bench/soak/audit';
import type { WorkerRecord } from '../../../bench/soak/fleet';

const END_MS = 10_000;
const WORKERS = new Map<number, WorkerRecord>([
  [1, { version: 'present' }],
  [2, { version: 'present', end: { signal: 'SIGKILL', atMs: END_MS } }],
  [3, { version: 'present', end: { signal: 'SIGTERM', atMs: END_MS } }],
  [4, { version: 'last', end: { signal: 'SIGTERM', atMs: END_MS } }],
]);

function audit(...events: object[]) {
  const found = { calls: 0, lostWithWorker: 0, lostByLastRelease: 0, timedOut: [], failedSteps: [] };
  const read = historyFromJSON({ events }).events ?? [];
  auditEvents(
    't-1',
    read.map((event) => ({ ...event, eventTime: msToTs(END_MS - 250) })),
    WORKERS,
    found,
  );
  return found;
}

/** A call that a process began and that nobody answered. */
function lostCall(pid: number): object[] {
  return [
    {
      eventId: '6',
      eventType: 'EVENT_TYPE_ACTIVITY_TASK_STARTED',
      activityTaskStartedEventAttributes: { identity: `${pid}@host` },
    },
    {
      eventId: '7',
      eventType: 'EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT',
      activityTaskTimedOutEventAttributes: { startedEventId: '6' },
    },
  ];
}

const failedStep = (cause: string): object => ({
  eventId: '9',
  eventType: 'EVENT_TYPE_WORKFLOW_TASK_FAILED',
  workflowTaskFailedEventAttributes: {
    cause: `WORKFLOW_TASK_FAILED_CAUSE_${cause}`,
    failure: { message: 'no command at event 5' },
  },
});

const nothing = { calls: 1, lostWithWorker: 0, lostByLastRelease: 0, timedOut: [], failedSteps: [] };

test('a call that a killed worker had begun is counted, not blamed', () => {
  expect(audit(...lostCall(2))).toEqual({ ...nothing, lostWithWorker: 1 });
});

test('one that the last release lost in a drain is counted apart', () => {
  expect(audit(...lostCall(4))).toEqual({ ...nothing, lostByLastRelease: 1 });
});

test('one that a draining worker of the present version lost is told, with how long before its end it began', () => {
  expect(audit(...lostCall(3)).timedOut).toEqual([
    't-1: a call of a worker of the present version, begun -0.25 s after its SIGTERM',
  ]);
});

test('one that a running worker did not answer is told', () => {
  expect(audit(...lostCall(1)).timedOut).toEqual([
    't-1: a call of a worker of the present version, begun while it ran',
  ]);
});

test('a step that cannot be replayed is told; one that a message interrupts is made again', () => {
  expect(audit(failedStep('NON_DETERMINISTIC_ERROR')).failedSteps).toEqual(['t-1: no command at event 5']);
  expect(audit(failedStep('UNHANDLED_COMMAND')).failedSteps).toEqual([]);
});
