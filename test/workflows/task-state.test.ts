import { resolveFollowInput, type ErrorClass, type TaskStatusAnswer } from '../../src/contract';
import {
  applyCheck,
  end,
  initialState,
  isEnded,
  newUnknownStatus,
  toOutcome,
  toSnapshot,
  type CheckResult,
  type TaskState,
} from '../../src/workflows/task-state';

const START = Date.parse('2026-03-01T12:00:00Z');
const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();

const answer = (status: string, more: Partial<TaskStatusAnswer> = {}): CheckResult => ({ answer: { status, ...more } });
const failed = (errorClass: ErrorClass, code: string, message = 'said the cloud'): CheckResult => ({
  errorClass,
  error: { code, message, requestId: `req-${code}`, httpStatus: 200 },
});
const inProgress = answer('InProgress', { taskType: 'StartProvisioning', requestId: 'req-1' });
const notFound = failed('notFound', 'ResourceNotFound.UserProvisioningTaskNotFound');
const forbidden = failed('needsPerson', 'UnauthorizedOperation');
const refused = failed('transient', 'ClientError.NetworkError', 'connection refused');

/** Applies checks, one each so many seconds from second 0 on. */
function after(results: readonly CheckResult[], everySeconds = 10, state = fresh()): TaskState {
  return results.reduce((before, result, i) => applyCheck(before, result, at(i * everySeconds)), state);
}

function fresh(): TaskState {
  return initialState(resolveFollowInput({ zoneId: 'z-1', taskId: 't-1' }, START));
}

const repeat = (result: CheckResult, times: number): CheckResult[] => Array<CheckResult>(times).fill(result);

describe('an answer', () => {
  test('is kept verbatim, in a snapshot without private fields', () => {
    const known = answer('Failed', { taskType: 'StartProvisioning', failureReason: ' 部署失败 ', requestId: 'req-2' });
    expect(toSnapshot(after([inProgress, known]))).toEqual({
      zoneId: 'z-1',
      taskId: 't-1',
      phase: 'Failed',
      status: 'Failed',
      statusSeenAt: at(10),
      taskType: 'StartProvisioning',
      failureReason: ' 部署失败 ',
      polls: 2,
      lastPolledAt: at(10),
      startedAt: at(0),
      deadlineAt: at(86_400),
      endedAt: at(10),
      lastRequestId: 'req-2',
      observations: [
        { at: at(0), status: 'InProgress', requestId: 'req-1' },
        { at: at(10), status: 'Failed', requestId: 'req-2' },
      ],
      polling: { initialDelaySeconds: 0, minIntervalSeconds: 1, maxIntervalSeconds: 30, ageFraction: 0.1 },
    });
  });

  test.each([
    'NotSucceeded',
    'PartiallyFailed',
    'Succeeded',
    'success',
    'SUCCESS',
    'failed',
    ' Success',
    'Success\n',
    '',
  ])('with the unknown status %j goes on and is shown (T54)', (status) => {
    const state = after([answer(status)]);
    expect({ phase: state.phase, status: state.status, ended: isEnded(state) }).toEqual({
      phase: 'Polling',
      status,
      ended: false,
    });
  });

  test.each(['InProgress', 'Failed', 'Success'])(
    'that ended the follow is final, whatever comes later (T57)',
    (later) => {
      for (const [status, phase] of [
        ['Success', 'Succeeded'],
        ['Failed', 'Failed'],
      ] as const) {
        const ended = after([inProgress, answer(status)]);
        expect(ended.phase).toBe(phase);
        expect(applyCheck(ended, answer(later), at(99))).toBe(ended);
        expect(applyCheck(ended, notFound, at(99))).toBe(ended);
      }
    },
  );

  test('of success at the first poll needs no reason and no type (T58)', () => {
    const outcome = toOutcome(after([answer('Success')]));
    expect(outcome).toMatchObject({
      phase: 'Succeeded',
      polls: 1,
      message: 'Task t-1 of zone z-1 succeeded after 1 poll',
    });
    expect(outcome).not.toHaveProperty('failureReason');
  });

  test('without a reason takes the one of an earlier answer away', () => {
    expect(after([answer('Odd', { failureReason: 'x' }), inProgress])).not.toHaveProperty('failureReason');
  });
});

describe('a status that nobody knows', () => {
  test('is new once, also when it comes back (T53)', () => {
    const steps = ['InProgress', 'Queued', 'Queued', 'InProgress', 'Queued', 'Aborted', 'Success'];
    let state = fresh();
    const told = steps.map((status) => {
      const before = state;
      state = applyCheck(before, answer(status), at(0));
      return newUnknownStatus(before, state);
    });
    expect(told).toEqual([undefined, 'Queued', undefined, undefined, undefined, 'Aborted', undefined]);
  });

  test('is not new again after so many changes that its observation is gone (T53)', () => {
    const faults = Array.from({ length: 60 }, (_, i) => failed('transient', `Fault${i % 2}`));
    const before = after([answer('Queued'), ...faults]);
    expect(before.observations.some(({ status }) => status === 'Queued')).toBe(false);
    expect(newUnknownStatus(before, applyCheck(before, answer('Queued'), at(999)))).toBeUndefined();
  });

  test('is not told where no status is (T53)', () => {
    expect(newUnknownStatus(fresh(), after([refused]))).toBeUndefined();
  });
});

describe('observations', () => {
  test('are the changes only', () => {
    const { observations, polls } = after([inProgress, inProgress, refused, refused, inProgress]);
    expect(polls).toBe(5);
    expect(observations.map(({ at: when, status, errorCode }) => [when, status ?? errorCode])).toEqual([
      [at(0), 'InProgress'],
      [at(20), 'ClientError.NetworkError'],
      [at(40), 'InProgress'],
    ]);
  });

  test('are the last 50', () => {
    const changes = Array.from({ length: 120 }, (_, i) => answer(`Odd${i}`));
    const { observations } = after(changes);
    expect(observations).toHaveLength(50);
    expect([observations[0]?.status, observations[49]?.status]).toEqual(['Odd70', 'Odd119']);
  });
});

describe('a transient error', () => {
  test('is counted from the first of its row; a good answer clears it, a later row starts at 1 (T19, T41)', () => {
    const quiet = repeat(inProgress, 720);
    const row = after([...quiet, refused, refused, failed('throttled', 'RequestLimitExceeded')]);
    expect(row).toMatchObject({
      phase: 'Polling',
      status: 'InProgress',
      degradedBy: { code: 'RequestLimitExceeded', message: 'said the cloud', count: 3, since: at(7200) },
      lastError: { code: 'RequestLimitExceeded', requestId: 'req-RequestLimitExceeded', httpStatus: 200 },
    });
    const cleared = applyCheck(row, inProgress, at(7300));
    expect(cleared).not.toHaveProperty('degradedBy');
    expect(cleared).not.toHaveProperty('lastError');
    expect(applyCheck(cleared, refused, at(7400)).degradedBy).toMatchObject({ count: 1, since: at(7400) });
  });

  test('of a row of 10^6 counts on (T25)', () => {
    const state = after([refused]);
    const long: TaskState = { ...state, degradedBy: { code: 'x', message: 'y', count: 1_000_000, since: at(0) } };
    expect(applyCheck(long, refused, at(1e7)).degradedBy).toMatchObject({ count: 1_000_001, since: at(0) });
  });

  test('survives being stored, as everything else (T48)', () => {
    for (const state of [
      after([inProgress, refused]),
      after([failed('needsPerson', 'UnauthorizedOperation')]),
      after([notFound]),
      after([answer('Odd')]),
    ]) {
      expect(JSON.parse(JSON.stringify(state))).toStrictEqual(state);
      expect(JSON.parse(JSON.stringify(toSnapshot(state)))).toStrictEqual(toSnapshot(state));
    }
  });
});

describe('an error that needs a person', () => {
  test('blocks until the next answer; a fault of the network proves nothing (T45)', () => {
    const blocked = after([inProgress, failed('needsPerson', 'UnauthorizedOperation', 'ask your admin')]);
    expect(toSnapshot(blocked)).toMatchObject({
      phase: 'Blocked',
      status: 'InProgress',
      blockedBy: {
        code: 'UnauthorizedOperation',
        message: 'ask your admin',
        requestId: 'req-UnauthorizedOperation',
        since: at(10),
      },
    });
    expect(isEnded(blocked)).toBe(false);
    const answered = applyCheck(blocked, inProgress, at(300));
    expect(answered.phase).toBe('Polling');
    expect(answered).not.toHaveProperty('blockedBy');
    const cut = applyCheck(blocked, refused, at(300));
    expect(cut).toMatchObject({ phase: 'Blocked', degradedBy: { count: 1 }, blockedBy: blocked.blockedBy });
    const still = applyCheck(cut, failed('needsPerson', 'IpNotInWhitelist'), at(600));
    expect(still).toMatchObject({ phase: 'Blocked', blockedBy: { code: 'IpNotInWhitelist', since: at(10) } });
    expect(still).not.toHaveProperty('degradedBy');
  });

  test('is also one that could have healed by itself and did not', () => {
    expect(after([failed('healing', 'AuthFailure.TokenFailure')])).toMatchObject({
      phase: 'Blocked',
      blockedBy: { code: 'AuthFailure.TokenFailure' },
    });
  });

  test('asks nobody any more once the follow has ended, and stays its last error', () => {
    const blocked = after([failed('needsPerson', 'UnauthorizedOperation', 'ask your admin')]);
    for (const ending of ['DeadlineExceeded', 'Cancelled'] as const) {
      const ended = end(blocked, ending, at(20));
      expect(ended).not.toHaveProperty('blockedBy');
      expect(ended.lastError).toMatchObject({ code: 'UnauthorizedOperation', message: 'ask your admin' });
    }
  });

  test('takes the place of what was ridden out', () => {
    expect(after([refused, failed('needsPerson', 'UnauthorizedOperation')])).not.toHaveProperty('degradedBy');
  });
});

describe('an unknown task', () => {
  test.each<[string, CheckResult[], number, string]>([
    ['known within the grace goes on (a)', [...repeat(notFound, 3), inProgress], 10, 'Polling'],
    ['never known ends at the grace, not before (b)', repeat(notFound, 6), 10, 'Polling'],
    ['never known ends at the grace (b)', repeat(notFound, 7), 10, 'NotFound'],
    ['seen before is not gone after two polls (c)', [inProgress, ...repeat(notFound, 2)], 100, 'Polling'],
    [
      'seen before is gone after three polls that span the grace (c)',
      [inProgress, ...repeat(notFound, 3)],
      30,
      'Vanished',
    ],
    [
      'seen before is not gone after three polls within the grace (c)',
      [inProgress, ...repeat(notFound, 3)],
      29,
      'Polling',
    ],
    [
      'seen again starts anew (d)',
      [inProgress, ...repeat(notFound, 2), inProgress, ...repeat(notFound, 2)],
      100,
      'Polling',
    ],
    [
      'is not known better by an error that needs a person',
      [inProgress, notFound, forbidden, notFound, forbidden, notFound],
      20,
      'Vanished',
    ],
    [
      'is not known better by a fault of the network',
      [inProgress, notFound, refused, notFound, refused, notFound],
      20,
      'Vanished',
    ],
  ])('%s (T52)', (_, results, everySeconds, phase) => {
    expect(after(results, everySeconds).phase).toBe(phase);
  });
});

describe('the message of an ending', () => {
  const rejected = failed('permanent', 'FailedOperation.ZoneIdNotExist', 'no space');
  test.each<[TaskState, string]>([
    [after([inProgress, answer('Success')]), 'Task t-1 of zone z-1 succeeded after 2 polls'],
    [after([answer('Failed', { failureReason: 'a\n"b"' })]), 'Task t-1 of zone z-1 failed: a\n"b"'],
    [after([answer('Failed', { failureReason: '' })]), 'Task t-1 of zone z-1 failed: the cloud gave no reason'],
    [after([answer('Failed')]), 'Task t-1 of zone z-1 failed: the cloud gave no reason'],
    [
      after(repeat(notFound, 7)),
      'Task t-1 of zone z-1 is unknown to the cloud, also after the grace of 60 s: check zone, task id and account',
    ],
    [
      after([inProgress, ...repeat(notFound, 3)], 30),
      `Task t-1 of zone z-1 is no longer known to the cloud (last status InProgress, seen at ${at(0)}): its result is not known`,
    ],
    [
      after([rejected]),
      'Task t-1 of zone z-1 cannot be followed: FailedOperation.ZoneIdNotExist: no space (request id req-FailedOperation.ZoneIdNotExist)',
    ],
    [
      end(after([inProgress, refused]), 'DeadlineExceeded', at(20)),
      `Task t-1 of zone z-1 was not over at its deadline ${at(86_400)} after 2 polls: last status InProgress, seen at ${at(0)}, last error ClientError.NetworkError: connection refused (request id req-ClientError.NetworkError); the cloud task goes on`,
    ],
    [
      end(after([refused, inProgress]), 'DeadlineExceeded', at(20)),
      `Task t-1 of zone z-1 was not over at its deadline ${at(86_400)} after 2 polls: last status InProgress, seen at ${at(10)}; the cloud task goes on`,
    ],
    [
      end(fresh(), 'Cancelled', at(0)),
      'The follow of task t-1 of zone z-1 was cancelled, no status was ever seen; the cloud task itself goes on, since its API cannot stop it',
    ],
  ])('is one sentence: %#', (state, message) => {
    expect(toOutcome(state).message).toBe(message);
  });

  test('leaves out what is of no use to callers', () => {
    const state = after([answer('Odd'), notFound]);
    expect(state).toMatchObject({ notFoundGraceSeconds: 60, notFound: { count: 1 }, unknownStatuses: ['Odd'] });
    const outcome = toOutcome(end(state, 'Cancelled', at(11)));
    for (const field of ['notFoundGraceSeconds', 'notFound', 'unknownStatuses']) {
      expect(outcome).not.toHaveProperty(field);
    }
  });

  test('what was seen survives a cancel (T05)', () => {
    const outcome = toOutcome(end({ ...after(repeat(inProgress, 3)), nextPollAt: at(30) }, 'Cancelled', at(25)));
    expect(outcome).toMatchObject({
      phase: 'Cancelled',
      status: 'InProgress',
      polls: 3,
      lastPolledAt: at(20),
      lastRequestId: 'req-1',
      endedAt: at(25),
      observations: [{ at: at(0), status: 'InProgress', requestId: 'req-1' }],
    });
    expect(outcome).not.toHaveProperty('nextPollAt');
  });
});

describe('a code that no list names', () => {
  const odd = failed('unknown', 'NeverSeen.Before');
  const over = (...checks: [CheckResult, number][]): TaskState =>
    checks.reduce((state, [check, second]) => applyCheck(state, check, at(second)), after([]));

  test('is ridden out for half an hour from its first, and no longer', () => {
    const ridden = over([odd, 0], [odd, 900], [odd, 1_799]);
    expect(toSnapshot(ridden)).toMatchObject({
      phase: 'Polling',
      degradedBy: { code: 'NeverSeen.Before', count: 3, since: at(0) },
    });
    expect(toSnapshot(ridden)).not.toHaveProperty('unknownCodes');
    expect(over([odd, 0], [odd, 900], [odd, 1_800])).toMatchObject({ phase: 'Rejected', endedAt: at(1_800) });
  });

  test.each<[string, [CheckResult, number][]]>([
    [
      'two of them are too few',
      [
        [odd, 0],
        [odd, 7_200],
      ],
    ],
    [
      'an answer begins anew',
      [
        [odd, 0],
        [inProgress, 60],
        [odd, 1_800],
        [odd, 1_810],
        [odd, 1_820],
      ],
    ],
    [
      'so does an error of another kind',
      [
        [odd, 0],
        [refused, 900],
        [odd, 1_800],
        [odd, 1_810],
        [odd, 1_820],
      ],
    ],
  ])('ends nothing when %s', (_, checks) => {
    expect(over(...checks).phase).toBe('Polling');
  });

  test('keeps what a person must mend in sight', () => {
    const state = over([failed('needsPerson', 'IpNotInWhitelist'), 0], [odd, 300]);
    expect(state).toMatchObject({ phase: 'Blocked', blockedBy: { code: 'IpNotInWhitelist', since: at(0) } });
  });
});

describe('the task id that the cloud answers', () => {
  test('is kept where it is another, until it is not', () => {
    const foreign = applyCheck(after([]), { answer: { status: 'InProgress', taskId: 'z-other' } }, at(0));
    expect(foreign.answeredTaskId).toBe('z-other');
    const own = applyCheck(foreign, { answer: { status: 'InProgress', taskId: foreign.taskId } }, at(10));
    expect(own).not.toHaveProperty('answeredTaskId');
  });
});
