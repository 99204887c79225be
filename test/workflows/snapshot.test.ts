import { type CheckError, type ErrorClass, type FollowInput } from '../../src/contract';
import { toOutcome, toSnapshot } from '../../src/workflows/snapshot';
import {
  applyCheck,
  checking,
  countMessage,
  end,
  extendDeadline,
  pause,
  resolve,
  resume,
  setPolling,
  withdrawn,
  type CheckResult,
  type TaskState,
} from '../../src/workflows/task-state';

import * as states from './states';
import { at } from './states';

/** With a fixed pace, so that the next poll is known to the millisecond. */
function fresh(input: Partial<FollowInput> = {}): TaskState {
  return states.fresh({ polling: { minIntervalSeconds: 30, maxIntervalSeconds: 30 }, ...input });
}

function after(results: readonly CheckResult[], everySeconds?: number): TaskState {
  return states.after(results, everySeconds, fresh());
}

const failed = (errorClass: ErrorClass, error: CheckError): CheckResult => ({ errorClass, error });
const inProgress: CheckResult = { answer: { status: 'InProgress', taskType: 'StartProvisioning', requestId: 'req-1' } };
const notFound = failed('notFound', { code: 'ResourceNotFound.UserProvisioningTaskNotFound', message: 'no such task' });
const refused = failed('transient', { code: 'ClientError.NetworkError', message: 'connection refused' });
const throttled = failed('throttled', {
  code: 'RequestLimitExceeded',
  message: 'slow down',
  requestId: 'req-7',
  httpStatus: 503,
  retryAfterSeconds: 1_800,
});
const forbidden = failed('needsPerson', {
  code: 'UnauthorizedOperation',
  message: 'no permission',
  requestId: 'req-8',
  httpStatus: 200,
  advice: 'Grant it.',
});
const rejected = failed('permanent', { code: 'FailedOperation.ZoneIdNotExist', message: 'no space' });
const declared = { outcome: 'Succeeded', reason: 'seen in the console', by: 'identity team' } as const;

describe('a snapshot', () => {
  test('tells what callers see, and nothing else', () => {
    const known: CheckResult = {
      answer: { status: 'Failed', taskType: 'StartProvisioning', failureReason: ' 部署失败 ', requestId: 'req-2' },
    };
    expect(toSnapshot(after([inProgress, known]))).toStrictEqual({
      zoneId: 'z-1',
      taskId: 't-1',
      phase: 'Failed',
      status: 'Failed',
      statusSeenAt: at(10),
      taskType: 'StartProvisioning',
      failureReason: ' 部署失败 ',
      polls: 2,
      firstPolledAt: at(0),
      lastPolledAt: at(10),
      startedAt: at(0),
      deadlineAt: at(86_400),
      endedAt: at(10),
      endedWhile: 'Polling',
      lastRequestId: 'req-2',
      observations: [
        { at: at(0), status: 'InProgress', requestId: 'req-1' },
        { at: at(10), status: 'Failed', requestId: 'req-2' },
      ],
      polling: { initialDelaySeconds: 0, minIntervalSeconds: 30, maxIntervalSeconds: 30, ageFraction: 0.1 },
      messages: {},
    });
  });

  test('leaves out what is of no use to callers', () => {
    const odd = after([{ answer: { status: 'Odd' } }, notFound]);
    const unknown = applyCheck(odd, failed('unknown', { code: 'NeverSeen.Before', message: 'x' }), at(20));
    const inside = {
      notFoundGraceSeconds: 60,
      firstPollDueAt: at(0),
      notFound: { count: 1 },
      unknownCodes: { count: 1 },
      unknownStatuses: ['Odd'],
      withdrawnChecks: 1,
      isChecking: true,
    };
    const checked = checking(withdrawn(unknown));
    expect(checked).toMatchObject(inside);
    const shown = toSnapshot(checked);
    for (const field of Object.keys(inside)) expect(shown).not.toHaveProperty(field);
  });

  test.each<[string, TaskState, string]>([
    ['the end of the first wait before the first poll', fresh({ polling: { initialDelaySeconds: 20 } }), at(20)],
    ['its schedule', after([inProgress]), at(30)],
    [
      'the end of the wait that the cloud asked for',
      setPolling(after([throttled]), { maxIntervalSeconds: 900 }),
      at(900),
    ],
    ['the probe after five minutes while blocked', after([forbidden]), at(300)],
    ['the deadline while paused', pause(after([inProgress]), 'lunch', at(5)), at(86_400)],
    ['the moved deadline while paused', extendDeadline(pause(fresh(), 'lunch', at(5)), { bySeconds: 60 }), at(86_460)],
    ['its schedule once resumed', resume(pause(after([inProgress]), 'lunch', at(5))), at(30)],
    [
      'its schedule at a new pace',
      setPolling(after([inProgress]), { maxIntervalSeconds: 90, minIntervalSeconds: 90 }),
      at(90),
    ],
  ])('tells when the next poll is due: at %s', (_, state, nextPollAt) => {
    expect(toSnapshot(state).nextPollAt).toBe(nextPollAt);
  });

  test.each<[string, TaskState]>([
    ['while a check is out', checking(after([inProgress]))],
    ['while a check is out that somebody asked for in a pause', checking(pause(fresh(), 'lunch', at(5)))],
    ['after the ending', end(after([inProgress]), 'Cancelled', at(5))],
  ])('tells of no next poll %s', (_, state) => {
    expect(toSnapshot(state)).not.toHaveProperty('nextPollAt');
  });

  test.each<[string, TaskState]>([
    ['fresh', fresh()],
    ['degraded', after([inProgress, throttled])],
    ['blocked', after([forbidden])],
    ['paused while blocked', pause(after([forbidden]), 'lunch', at(5))],
    ['with a message', countMessage(fresh(), 'pollNow')],
    ['resolved', resolve(after([inProgress]), declared, at(5))],
    ['ended', end(after([refused]), 'DeadlineExceeded', at(5))],
  ])('is the same as JSON, field by field: %s (T48)', (_, state) => {
    expect(JSON.parse(JSON.stringify(toSnapshot(state)))).toStrictEqual(toSnapshot(state));
    expect(toSnapshot(JSON.parse(JSON.stringify(state)) as TaskState)).toStrictEqual(toSnapshot(state));
  });

  test('has all that is known of an error, blocked or ridden out (T48)', () => {
    const error = {
      code: 'UnauthorizedOperation',
      message: 'no permission',
      requestId: 'req-8',
      httpStatus: 200,
      advice: 'Grant it.',
    };
    expect(toSnapshot(after([forbidden]))).toMatchObject({ lastError: error, blockedBy: { ...error, since: at(0) } });
    const slow = {
      code: 'RequestLimitExceeded',
      message: 'slow down',
      requestId: 'req-7',
      httpStatus: 503,
      retryAfterSeconds: 1_800,
    };
    expect(toSnapshot(after([refused, throttled]))).toMatchObject({
      lastError: slow,
      degradedBy: { ...slow, count: 2, since: at(0) },
    });
  });
});

describe('an outcome', () => {
  test('is the last snapshot, with a message and the word on the cloud task', () => {
    const state = after([{ answer: { status: 'Success' } }]);
    expect(toOutcome(state)).toStrictEqual({
      ...toSnapshot(state),
      phase: 'Succeeded',
      cloudTask: 'Ended',
      message: 'Task t-1 of zone z-1 succeeded after 1 poll',
    });
  });

  test.each<[TaskState, string, 'Ended' | 'Untouched']>([
    [after([{ answer: { status: 'Success' } }]), 'Succeeded', 'Ended'],
    [after([{ answer: { status: 'Failed' } }]), 'Failed', 'Ended'],
    [after([notFound, notFound], 60), 'NotFound', 'Untouched'],
    [after([inProgress, notFound, notFound, notFound], 30), 'Vanished', 'Untouched'],
    [after([rejected]), 'Rejected', 'Untouched'],
    [end(fresh(), 'DeadlineExceeded', at(5)), 'DeadlineExceeded', 'Untouched'],
    [end(fresh(), 'Cancelled', at(5)), 'Cancelled', 'Untouched'],
    [resolve(fresh(), declared, at(5)), 'Resolved', 'Untouched'],
    [resolve(fresh(), { ...declared, outcome: 'Failed' }, at(5)), 'Resolved', 'Untouched'],
  ])("says whether the cloud task has ended by the cloud's own word (T08, row %#)", (state, phase, cloudTask) => {
    expect(toOutcome(state)).toMatchObject({ phase, cloudTask });
  });

  test('keeps what was seen before a cancel (T05)', () => {
    const outcome = toOutcome(end(after([inProgress, inProgress, inProgress]), 'Cancelled', at(25)));
    expect(outcome).toMatchObject({
      phase: 'Cancelled',
      status: 'InProgress',
      polls: 3,
      firstPolledAt: at(0),
      lastPolledAt: at(20),
      lastRequestId: 'req-1',
      endedAt: at(25),
      observations: [{ at: at(0), status: 'InProgress', requestId: 'req-1' }],
    });
    expect(outcome).not.toHaveProperty('nextPollAt');
  });
});

describe('the message of an ending', () => {
  const TASK = 'Task t-1 of zone z-1';
  const OVERDUE = `${TASK} was not over at its deadline ${at(86_400)}`;
  const paused = pause(after([inProgress]), 'lunch', at(5));

  test.each<[string, TaskState, string]>([
    ['success', after([inProgress, { answer: { status: 'Success' } }]), `${TASK} succeeded after 2 polls`],
    [
      'success whatever the reason (T47)',
      after([{ answer: { status: 'Success', failureReason: 'x' } }]),
      `${TASK} succeeded after 1 poll`,
    ],
    [
      'failure, the reason verbatim (T47)',
      after([{ answer: { status: 'Failed', failureReason: '部署失败: user "a"\nnot found' } }]),
      `${TASK} failed: 部署失败: user "a"\nnot found`,
    ],
    [
      'failure with an empty reason (T47)',
      after([{ answer: { status: 'Failed', failureReason: '' } }]),
      `${TASK} failed: the cloud gave no reason`,
    ],
    [
      'failure without a reason (T47)',
      after([{ answer: { status: 'Failed' } }]),
      `${TASK} failed: the cloud gave no reason`,
    ],
    [
      'never found (T52)',
      after([notFound, notFound], 60),
      `${TASK} is unknown to the cloud, also after the grace of 60 s: check zone, task id and account`,
    ],
    [
      'vanished (T52)',
      after([inProgress, notFound, notFound, notFound], 30),
      `${TASK} is no longer known to the cloud (last status InProgress, seen at ${at(0)}): its result is not known`,
    ],
    ['rejected', after([rejected]), `${TASK} cannot be followed: FailedOperation.ZoneIdNotExist: no space`],
    [
      'rejected, with advice and request id',
      after([
        failed('permanent', {
          code: 'InvalidParameter',
          message: 'bad',
          requestId: 'req-9',
          advice: 'Check the zone.',
        }),
      ]),
      `${TASK} cannot be followed: InvalidParameter: bad (request id req-9). Check the zone.`,
    ],
    [
      'deadline after an error (T50)',
      end(after([inProgress, refused]), 'DeadlineExceeded', at(86_400)),
      `${OVERDUE} after 2 polls: last status InProgress, seen at ${at(0)}, last error ClientError.NetworkError: connection refused; the cloud task goes on`,
    ],
    [
      'deadline within a wait that the cloud asked for (T18)',
      end(after([throttled]), 'DeadlineExceeded', at(86_400)),
      `${OVERDUE} after 1 poll: no status was ever seen, last error RequestLimitExceeded: slow down (request id req-7, no call wanted for 1800 s); the cloud task goes on`,
    ],
    [
      'deadline after an answer, without a stale error (T50)',
      end(after([refused, inProgress]), 'DeadlineExceeded', at(86_400)),
      `${OVERDUE} after 2 polls: last status InProgress, seen at ${at(10)}; the cloud task goes on`,
    ],
    [
      'deadline of an unknown status (T53)',
      end(after([{ answer: { status: 'Queued' } }]), 'DeadlineExceeded', at(86_400)),
      `${OVERDUE} after 1 poll: last status Queued, seen at ${at(0)}; the cloud task goes on`,
    ],
    [
      'deadline of a paused follow',
      end(applyCheck(paused, inProgress, at(86_400)), 'DeadlineExceeded', at(86_400)),
      `${OVERDUE} after 2 polls: last status InProgress, seen at ${at(86_400)}, paused since ${at(5)} (lunch); the cloud task goes on`,
    ],
    [
      'deadline of a paused follow after an error',
      end(applyCheck(paused, refused, at(86_400)), 'DeadlineExceeded', at(86_400)),
      `${OVERDUE} after 2 polls: last status InProgress, seen at ${at(0)}, last error ClientError.NetworkError: connection refused, paused since ${at(5)} (lunch); the cloud task goes on`,
    ],
    [
      'deadline that was moved',
      end(extendDeadline(fresh(), { bySeconds: 3_600 }), 'DeadlineExceeded', at(90_000)),
      `${TASK} was not over at its deadline ${at(90_000)} after 0 polls: no status was ever seen; the cloud task goes on`,
    ],
    [
      'cancelled before the first poll (T01, T08)',
      end(fresh(), 'Cancelled', at(0)),
      'The follow of task t-1 of zone z-1 was cancelled, no status was ever seen; the cloud task itself goes on, since its API cannot stop it',
    ],
    [
      'cancelled later (T08)',
      end(paused, 'Cancelled', at(7)),
      `The follow of task t-1 of zone z-1 was cancelled, last status InProgress, seen at ${at(0)}; the cloud task itself goes on, since its API cannot stop it`,
    ],
    [
      'declared a success',
      resolve(after([inProgress]), declared, at(5)),
      `${TASK} was declared Succeeded by identity team: seen in the console (last status InProgress, seen at ${at(0)})`,
    ],
    [
      'declared a failure before any status',
      resolve(fresh(), { ...declared, outcome: 'Failed' }, at(5)),
      `${TASK} was declared Failed by identity team: seen in the console (no status was ever seen)`,
    ],
  ])('is one sentence: %s', (_, state, message) => {
    expect(toOutcome(state).message).toBe(message);
  });
});
