import { ENDINGS, type ErrorClass, type LivePhase, type Phase, type TaskStatusAnswer } from '../../src/contract';
import {
  applyCheck,
  checking,
  countMessage,
  detectionDelaySeconds,
  end,
  endedChecks,
  extendDeadline,
  isEnded,
  newUnknownStatus,
  pause,
  resolve,
  resume,
  setPolling,
  withdrawn,
  type CheckResult,
  type TaskState,
} from '../../src/workflows/task-state';

import { after, at, fresh } from './states';

const answer = (status: string, more: Partial<TaskStatusAnswer> = {}): CheckResult => ({ answer: { status, ...more } });
const failed = (errorClass: ErrorClass, code: string, message = 'said the cloud'): CheckResult => ({
  errorClass,
  error: { code, message, requestId: `req-${code}`, httpStatus: 200 },
});
const inProgress = answer('InProgress', { taskType: 'StartProvisioning', requestId: 'req-1' });
const notFound = failed('notFound', 'ResourceNotFound.UserProvisioningTaskNotFound');
const forbidden = failed('needsPerson', 'UnauthorizedOperation');
const refused = failed('transient', 'ClientError.NetworkError', 'connection refused');

const repeat = (result: CheckResult, times: number): CheckResult[] => Array<CheckResult>(times).fill(result);

describe('the time that an end was unseen', () => {
  const seen = applyCheck(fresh(), inProgress, at(10));

  test.each([
    ['Success', 15],
    ['Failed', 15],
  ])('is at most that since the last answer: %s', (status, seconds) => {
    expect(detectionDelaySeconds(seen, applyCheck(seen, answer(status), at(25)))).toBe(seconds);
    const degraded = applyCheck(seen, refused, at(20));
    expect(detectionDelaySeconds(degraded, applyCheck(degraded, answer(status), at(25)))).toBe(seconds);
  });

  test('is not known when no answer came before', () => {
    expect(detectionDelaySeconds(fresh(), applyCheck(fresh(), answer('Success'), at(25)))).toBeUndefined();
    const degraded = applyCheck(fresh(), refused, at(20));
    expect(detectionDelaySeconds(degraded, applyCheck(degraded, answer('Success'), at(25)))).toBeUndefined();
  });

  test('is none while the task goes on, and for an ending that is not the cloud’s', () => {
    expect(detectionDelaySeconds(seen, applyCheck(seen, inProgress, at(25)))).toBeUndefined();
    expect(
      detectionDelaySeconds(seen, applyCheck(seen, failed('permanent', 'InvalidParameter'), at(25))),
    ).toBeUndefined();
    expect(detectionDelaySeconds(seen, end(seen, 'Cancelled', at(25)))).toBeUndefined();
  });
});

describe('a follow that begins', () => {
  test('polls, and knows nothing yet', () => {
    expect(fresh()).toStrictEqual({
      zoneId: 'z-1',
      taskId: 't-1',
      phase: 'Polling',
      polls: 0,
      startedAt: at(0),
      deadlineAt: at(86_400),
      observations: [],
      polling: { initialDelaySeconds: 0, minIntervalSeconds: 1, maxIntervalSeconds: 30, ageFraction: 0.1 },
      messages: {},
      notFoundGraceSeconds: 60,
      firstPollDueAt: at(0),
    });
  });

  test('is first due after the initial delay, counted from the start of the follow, not of the task', () => {
    const state = fresh({ startedAt: '2026-03-01T11:00:00Z', polling: { initialDelaySeconds: 20 } });
    expect(state).toMatchObject({ startedAt: at(-3_600), firstPollDueAt: at(20) });
  });
});

describe('a check that is out', () => {
  test('is seen until its result is there, be it an answer or an error', () => {
    const out = checking(fresh());
    expect(out).toEqual({ ...fresh(), isChecking: true });
    expect(applyCheck(out, inProgress, at(1))).not.toHaveProperty('isChecking');
    expect(applyCheck(out, refused, at(1))).not.toHaveProperty('isChecking');
    expect(end(out, 'Cancelled', at(1))).not.toHaveProperty('isChecking');
  });

  test('and was withdrawn is over, yet no poll', () => {
    const before = after([inProgress]);
    const gaveWay = withdrawn(checking(before));
    expect(gaveWay).toStrictEqual({ ...before, withdrawnChecks: 1 });
    expect([before, gaveWay, withdrawn(checking(gaveWay))].map(endedChecks)).toEqual([1, 2, 3]);
    expect(endedChecks(applyCheck(checking(gaveWay), refused, at(20)))).toBe(3);
  });

  test('is counted when it ends; the first one that ended stays the first', () => {
    expect(fresh()).not.toHaveProperty('firstPolledAt');
    expect(after([refused])).toMatchObject({ polls: 1, firstPolledAt: at(0), lastPolledAt: at(0) });
    expect(after([refused, inProgress, inProgress])).toMatchObject({
      polls: 3,
      firstPolledAt: at(0),
      lastPolledAt: at(20),
    });
  });
});

describe('an answer', () => {
  test('is kept verbatim', () => {
    const known = answer('Failed', { taskType: 'StartProvisioning', failureReason: ' 部署失败 ', requestId: 'req-2' });
    expect(after([inProgress, known])).toStrictEqual({
      ...fresh(),
      phase: 'Failed',
      status: 'Failed',
      statusSeenAt: at(10),
      taskType: 'StartProvisioning',
      failureReason: ' 部署失败 ',
      polls: 2,
      firstPolledAt: at(0),
      lastPolledAt: at(10),
      endedAt: at(10),
      endedWhile: 'Polling',
      lastRequestId: 'req-2',
      observations: [
        { at: at(0), status: 'InProgress', requestId: 'req-1' },
        { at: at(10), status: 'Failed', requestId: 'req-2' },
      ],
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
    const ended = after([answer('Success')]);
    expect(ended).toMatchObject({ phase: 'Succeeded', polls: 1, endedAt: at(0) });
    expect(ended).not.toHaveProperty('failureReason');
    expect(ended).not.toHaveProperty('taskType');
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
});

describe('an error that needs a person', () => {
  test('blocks until the next answer; a fault of the network proves nothing (T45)', () => {
    const blocked = after([inProgress, failed('needsPerson', 'UnauthorizedOperation', 'ask your admin')]);
    expect(blocked).toMatchObject({
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

describe('a code that no list names', () => {
  const odd = failed('unknown', 'NeverSeen.Before');
  const over = (...checks: [CheckResult, number][]): TaskState =>
    checks.reduce((state, [check, second]) => applyCheck(state, check, at(second)), after([]));

  test('is ridden out for half an hour from its first, and no longer', () => {
    const ridden = over([odd, 0], [odd, 900], [odd, 1_799]);
    expect(ridden).toMatchObject({
      phase: 'Polling',
      degradedBy: { code: 'NeverSeen.Before', count: 3, since: at(0) },
    });
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

describe('a pause', () => {
  const blocked = after([inProgress, forbidden]);
  const { blockedBy } = blocked;

  test('stops a follow, saying why and since when; resume goes on as if nothing had been', () => {
    const polling = after([inProgress]);
    const paused = pause(polling, 'lunch', at(5));
    expect(paused).toStrictEqual({ ...polling, phase: 'Paused', pausedReason: 'lunch', pausedAt: at(5) });
    expect(resume(paused)).toStrictEqual(polling);
  });

  test('before the first poll does the same', () => {
    expect(resume(pause(fresh(), 'lunch', at(5)))).toStrictEqual(fresh());
  });

  test('of a blocked follow keeps what a person must mend in sight; resume gives it back', () => {
    const paused = pause(blocked, 'lunch', at(15));
    expect(paused).toStrictEqual({ ...blocked, phase: 'Paused', pausedReason: 'lunch', pausedAt: at(15) });
    expect(resume(paused)).toStrictEqual(blocked);
  });

  test('that comes again puts its reason in place of the first, and keeps the instant of that', () => {
    const again = pause(pause(after([inProgress]), 'lunch', at(5)), 'and coffee', at(8));
    expect(again).toMatchObject({ phase: 'Paused', pausedReason: 'and coffee', pausedAt: at(5) });
  });

  test('after a resume is a new one', () => {
    const again = pause(resume(pause(after([inProgress]), 'lunch', at(5))), 'tea', at(8));
    expect(again).toMatchObject({ phase: 'Paused', pausedReason: 'tea', pausedAt: at(8) });
  });

  test('while a check is out leaves that out', () => {
    const paused = pause(checking(fresh()), 'lunch', at(5));
    expect(paused).toMatchObject({ phase: 'Paused', isChecking: true });
    expect(resume(paused)).toMatchObject({ phase: 'Polling', isChecking: true });
  });

  test.each<[string, TaskState, CheckResult, object | undefined, LivePhase]>([
    ['an answer of a free one', after([inProgress]), inProgress, undefined, 'Polling'],
    ['an answer of a blocked one', blocked, inProgress, undefined, 'Polling'],
    ['"not found" of a blocked one', blocked, notFound, undefined, 'Polling'],
    ['a fault of the network of a free one', after([inProgress]), refused, undefined, 'Polling'],
    ['a fault of the network of a blocked one', blocked, refused, blockedBy, 'Blocked'],
    [
      'an error that needs a person, of a free one',
      after([inProgress]),
      forbidden,
      { code: 'UnauthorizedOperation', since: at(300) },
      'Blocked',
    ],
    [
      'another error that needs a person, of a blocked one',
      blocked,
      failed('needsPerson', 'IpNotInWhitelist'),
      { code: 'IpNotInWhitelist', since: at(10) },
      'Blocked',
    ],
  ])('stays one with %s, which only resume shows', (_, before, result, expectedBlockedBy, resumedPhase) => {
    const paused = applyCheck(pause(before, 'lunch', at(20)), result, at(300));
    expect(paused).toMatchObject({ phase: 'Paused', pausedReason: 'lunch', pausedAt: at(20) });
    if (expectedBlockedBy) expect(paused.blockedBy).toMatchObject(expectedBlockedBy);
    else expect(paused).not.toHaveProperty('blockedBy');
    const { pausedReason: _reason, pausedAt: _at, ...rest } = paused;
    expect(resume(paused)).toStrictEqual({ ...rest, phase: resumedPhase });
  });

  test('is over when the cloud says that the task is; its reason stays', () => {
    const ended = applyCheck(pause(after([inProgress]), 'lunch', at(20)), answer('Success'), at(300));
    expect(ended).toMatchObject({
      phase: 'Succeeded',
      endedWhile: 'Paused',
      endedAt: at(300),
      pausedReason: 'lunch',
      pausedAt: at(20),
    });
  });

  test('that nobody made is not resumed', () => {
    expect(resume(after([inProgress]))).toStrictEqual(after([inProgress]));
    expect(resume(blocked)).toStrictEqual(blocked);
  });
});

describe('a change of the pace', () => {
  test('replaces what is given and keeps the rest, also the instant of the first poll', () => {
    const before = fresh({ polling: { initialDelaySeconds: 20, maxIntervalSeconds: 60 } });
    expect(setPolling(before, { minIntervalSeconds: 5, ageFraction: 0 })).toStrictEqual({
      ...before,
      polling: { initialDelaySeconds: 20, minIntervalSeconds: 5, maxIntervalSeconds: 60, ageFraction: 0 },
    });
  });
});

describe('a move of the deadline', () => {
  test('by a span counts from the present deadline, also a second time', () => {
    const once = extendDeadline(fresh(), { bySeconds: 3_600 });
    expect(once).toStrictEqual({ ...fresh(), deadlineAt: at(90_000) });
    expect(extendDeadline(once, { bySeconds: 0.5 }).deadlineAt).toBe('2026-03-02T13:00:00.500Z');
  });

  test('to an instant takes that, written like all others', () => {
    expect(extendDeadline(fresh(), { deadlineAt: '2026-04-01T00:00:00Z' }).deadlineAt).toBe('2026-04-01T00:00:00.000Z');
  });
});

describe("a person's word", () => {
  const request = { outcome: 'Succeeded', reason: 'seen in the console', by: 'identity team' } as const;

  test.each(['Succeeded', 'Failed'] as const)('that it %s ends the follow, and says who and why', (outcome) => {
    const before = after([inProgress]);
    expect(resolve(before, { ...request, outcome }, at(40))).toStrictEqual({
      ...before,
      phase: 'Resolved',
      resolution: { outcome, reason: 'seen in the console', by: 'identity team', at: at(40) },
      endedAt: at(40),
      endedWhile: 'Polling',
    });
  });

  test('is not kept beyond its known fields', () => {
    const more = { ...request, at: 'never', secret: 'x' };
    expect(resolve(fresh(), more, at(40)).resolution).toStrictEqual({ ...request, at: at(40) });
  });

  test('gives up a check that is out, whose result then changes nothing (T57)', () => {
    const resolved = resolve(checking(fresh()), request, at(40));
    expect(resolved).not.toHaveProperty('isChecking');
    expect(applyCheck(resolved, answer('Failed'), at(41))).toBe(resolved);
  });
});

describe('messages', () => {
  test('are counted by their names', () => {
    const names = ['pollNow', 'pause', 'pollNow', 'checkNow', 'pollNow'] as const;
    const counted = names.reduce(countMessage, fresh());
    expect(counted).toStrictEqual({ ...fresh(), messages: { pollNow: 3, pause: 1, checkNow: 1 } });
  });

  test('of which one ends the follow are counted with it', () => {
    const resolved = resolve(fresh(), { outcome: 'Failed', reason: 'gone', by: 'me' }, at(1));
    expect(countMessage(resolved, 'resolve')).toStrictEqual({ ...resolved, messages: { resolve: 1 } });
  });
});

describe('the phase out of which a follow ended', () => {
  const request = { outcome: 'Failed', reason: 'gone', by: 'me' } as const;
  const NEVER_SEEN: TaskState = { ...fresh(), startedAt: at(-60) };
  const WAYS: [Phase, TaskState, (state: TaskState) => TaskState][] = [
    ['Succeeded', fresh(), (state) => applyCheck(state, answer('Success'), at(500))],
    ['Failed', fresh(), (state) => applyCheck(state, answer('Failed'), at(500))],
    ['NotFound', NEVER_SEEN, (state) => applyCheck(state, notFound, at(500))],
    [
      'Vanished',
      { ...after([inProgress]), notFound: { count: 2, since: at(10) } },
      (state) => applyCheck(state, notFound, at(500)),
    ],
    ['Rejected', fresh(), (state) => applyCheck(state, failed('permanent', 'InvalidParameter'), at(500))],
    [
      'Rejected',
      { ...fresh(), unknownCodes: { count: 2, since: at(-2_000) } },
      (state) => applyCheck(state, failed('unknown', 'NeverSeen.Before'), at(500)),
    ],
    ['DeadlineExceeded', fresh(), (state) => end(state, 'DeadlineExceeded', at(500))],
    ['Cancelled', fresh(), (state) => end(state, 'Cancelled', at(500))],
    ['Resolved', fresh(), (state) => resolve(state, request, at(500))],
  ];
  const blockedBy = { code: 'UnauthorizedOperation', message: 'no permission', since: at(5) };

  test.each(WAYS)('is told: %s (row %#)', (phase, state, finish) => {
    const blocked: TaskState = { ...state, phase: 'Blocked', blockedBy };
    for (const [before, endedWhile] of [
      [state, 'Polling'],
      [blocked, 'Blocked'],
      [pause(state, 'lunch', at(6)), 'Paused'],
      [pause(blocked, 'lunch', at(6)), 'Paused'],
      [checking(blocked), 'Blocked'],
    ] as const) {
      const ended = finish(before);
      expect(ended).toMatchObject({ phase, endedWhile, endedAt: at(500) });
      expect(ended).not.toHaveProperty('blockedBy');
      expect(isEnded(ended)).toBe(true);
    }
  });

  test('has a way here for every ending', () => {
    expect(new Set(WAYS.map(([phase]) => phase))).toEqual(new Set(ENDINGS));
  });
});

describe('an ended follow', () => {
  const CHANGES: [string, (state: TaskState) => TaskState][] = [
    ['an answer', (state) => applyCheck(state, inProgress, at(600))],
    ['a terminal answer', (state) => applyCheck(state, answer('Failed'), at(600))],
    ['"not found"', (state) => applyCheck(state, notFound, at(600))],
    ['a permanent error', (state) => applyCheck(state, failed('permanent', 'InvalidParameter'), at(600))],
    ['an error that needs a person', (state) => applyCheck(state, forbidden, at(600))],
    ['a check that begins', checking],
    ['pause', (state) => pause(state, 'lunch', at(600))],
    ['resume', resume],
    ['setPolling', (state) => setPolling(state, { minIntervalSeconds: 5 })],
    ['extendDeadline', (state) => extendDeadline(state, { bySeconds: 3_600 })],
    ['resolve', (state) => resolve(state, { outcome: 'Failed', reason: 'gone', by: 'me' }, at(600))],
    ['the deadline', (state) => end(state, 'DeadlineExceeded', at(600))],
    ['a cancel', (state) => end(state, 'Cancelled', at(600))],
  ];

  test.each(CHANGES)('is not changed by %s (T57)', (_, change) => {
    const paused = pause(after([inProgress]), 'lunch', at(20));
    for (const ending of ENDINGS) {
      const ended = end(paused, ending, at(500));
      expect(change(ended)).toBe(ended);
    }
  });

  test('has its messages counted, and nothing else (T57)', () => {
    const ended = end(after([inProgress]), 'Cancelled', at(500));
    expect(countMessage(ended, 'pause')).toStrictEqual({ ...ended, messages: { pause: 1 } });
  });
});

describe('a state that is stored', () => {
  const blocked = after([inProgress, forbidden]);
  test.each<[string, TaskState]>([
    ['fresh', fresh()],
    ['checking', checking(fresh())],
    ['degraded', after([inProgress, refused])],
    ['blocked', blocked],
    ['paused while blocked', pause(blocked, 'lunch', at(20))],
    ['resumed', resume(pause(blocked, 'lunch', at(20)))],
    ['not found', after([notFound])],
    ['of an unknown code', after([failed('unknown', 'NeverSeen.Before')])],
    ['of an unknown status and a foreign id', after([answer('Odd', { taskId: 'z-other', failureReason: '' })])],
    ['steered', countMessage(setPolling(extendDeadline(blocked, { bySeconds: 1 }), { ageFraction: 0 }), 'setPolling')],
    ['resolved', resolve(blocked, { outcome: 'Failed', reason: 'gone', by: 'me' }, at(30))],
    ['ended', end(blocked, 'DeadlineExceeded', at(30))],
  ])('is the same afterwards, field by field: %s (T48)', (_, state) => {
    expect(JSON.parse(JSON.stringify(state))).toStrictEqual(state);
  });
});
