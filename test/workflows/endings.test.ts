import { defaultPayloadConverter } from '@temporalio/common';

import {
  cloudError,
  createTimeSkippingWorld,
  every,
  IN_PROGRESS,
  SUCCESS,
  timeOf,
  upsertsIn,
  ZONE,
  type Event,
  type Step,
  type TimeSkippingWorld,
} from './time-skipping';

const NOT_FOUND = cloudError('ResourceNotFound.UserProvisioningTaskNotFound');
const HOUR = 3600;

describe('the end of a follow, under time skipping', () => {
  let world: TimeSkippingWorld;

  beforeAll(async () => {
    world = await createTimeSkippingWorld();
  });

  afterAll(async () => world.close());

  test('a failed task ends it after one call, the reason verbatim in message, details and status (T47)', async () => {
    const failureReason = '部署失败: user "a"\nnot found';
    const { outcome, failure, calls, events, handle } = await world.follow([{ status: 'Failed', failureReason }]);
    expect(calls).toEqual([0]);
    expect(failure?.type).toBe('ProvisioningFailed');
    expect(failure?.nonRetryable).toBe(true);
    expect(failure?.message).toBe(`Task ${outcome?.taskId} of zone ${ZONE} failed: ${failureReason}`);
    expect(outcome).toMatchObject({ phase: 'Failed', status: 'Failed', failureReason, message: failure?.message });
    await expect(handle.query('status')).resolves.toMatchObject({ phase: 'Failed', failureReason });
    expect(JSON.stringify(upsertsIn(events))).not.toContain('部署失败');
  });

  test.each<[string, Step]>([
    ['empty', { status: 'Failed', failureReason: '' }],
    ['absent', { status: 'Failed' }],
  ])('a reason that is %s is said to be none (T47)', async (_, step) => {
    const { outcome, failure } = await world.follow([step]);
    expect(failure?.message).toBe(`Task ${outcome?.taskId} of zone ${ZONE} failed: the cloud gave no reason`);
  });

  test('only the status decides: a success with a reason is a success (T47)', async () => {
    const { outcome, failure } = await world.follow([{ status: 'Success', failureReason: 'x' }]);
    expect(failure).toBeUndefined();
    expect(outcome).toMatchObject({ phase: 'Succeeded', failureReason: 'x' });
  });

  test('a task that is known late is followed (T52 a)', async () => {
    const { outcome } = await world.follow([NOT_FOUND, NOT_FOUND, NOT_FOUND, IN_PROGRESS, SUCCESS]);
    expect(outcome?.phase).toBe('Succeeded');
    expect(outcome).not.toHaveProperty('lastError');
  });

  test('a task that is never known ends it as not found, not before the grace (T52 b)', async () => {
    const { outcome, failure, calls } = await world.follow([NOT_FOUND], every(25));
    expect(failure?.type).toBe('ProvisioningTaskNotFound');
    expect(calls).toEqual([0, 25, 50, 75]);
    expect(outcome).toMatchObject({ phase: 'NotFound', polls: 4, lastError: { code: NOT_FOUND.code } });
    expect(failure?.message).toBe(
      `Task ${outcome?.taskId} of zone ${ZONE} is unknown to the cloud, also after the grace of 60 s: check zone, task id and account`,
    );
  });

  test.each([
    ['three polls that span the grace', every(30), [0, 30, 60, 90]],
    ['also where one poll would span it', every(600), [0, 600, 1200, 1800]],
  ])('a task that was seen and is gone has vanished, with its last status: %s (T52 c)', async (_, input, expected) => {
    const { outcome, failure, calls } = await world.follow([IN_PROGRESS, NOT_FOUND], input);
    expect(failure?.type).toBe('ProvisioningTaskVanished');
    expect(calls).toEqual(expected);
    expect(outcome).toMatchObject({ phase: 'Vanished', status: 'InProgress' });
    expect(failure?.message).toBe(
      `Task ${outcome?.taskId} of zone ${ZONE} is no longer known to the cloud (last status InProgress, seen at ${outcome?.statusSeenAt}): its result is not known`,
    );
  });

  test('one stray "not found" ends nothing (T52 d)', async () => {
    const { outcome } = await world.follow([IN_PROGRESS, NOT_FOUND, IN_PROGRESS, SUCCESS]);
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 4 });
  });

  test('a permanent error rejects it at once, with code, message and request id', async () => {
    const { outcome, failure, calls } = await world.follow([cloudError('FailedOperation.ZoneIdNotExist', 'no space')]);
    expect(failure?.type).toBe('ProvisioningRejected');
    expect(calls).toEqual([0]);
    const lastError = {
      code: 'FailedOperation.ZoneIdNotExist',
      message: 'no space',
      requestId: 'req-error',
      httpStatus: 200,
    };
    expect(outcome).toMatchObject({ phase: 'Rejected', lastError, lastRequestId: 'req-error' });
    expect(failure?.message).toBe(
      `Task ${outcome?.taskId} of zone ${ZONE} cannot be followed: FailedOperation.ZoneIdNotExist: no space (request id req-error). Check zone, task id, account and site (international or mainland).`,
    );
  });

  test('faults of the network and of the servers end nothing, and leave only observations (T41)', async () => {
    const faults = [cloudError('ClientError.HttpStatus'), cloudError('ClientError.NetworkError')];
    const { outcome } = await world.follow([...faults, IN_PROGRESS, SUCCESS]);
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 4 });
    expect(outcome).not.toHaveProperty('degradedBy');
    expect(outcome).not.toHaveProperty('lastError');
    expect(outcome?.observations.map(({ status, errorCode }) => status ?? errorCode)).toEqual([
      'ClientError.HttpStatus',
      'ClientError.NetworkError',
      'InProgress',
      'Success',
    ]);
  });

  test('a row of faults after two quiet hours is counted from its own first (T19)', async () => {
    const refused = cloudError('ClientError.NetworkError', 'connection refused');
    const script = (call: number): Step =>
      call < 120 ? IN_PROGRESS : call < 123 ? refused : call === 123 ? IN_PROGRESS : SUCCESS;
    const { outcome } = await world.follow(script, every(60), async ({ status, sleep }) => {
      await sleep(122 * 60 + 30);
      const { degradedBy, phase, observations } = await status();
      expect({ phase, degradedBy }).toMatchObject({ phase: 'Polling', degradedBy: { code: refused.code, count: 3 } });
      expect(observations.map(({ status: seen, errorCode }) => seen ?? errorCode)).toEqual([
        'InProgress',
        refused.code,
      ]);
      expect(degradedBy?.since).toBe(observations[1]?.at);
    });
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 125 });
    expect(outcome).not.toHaveProperty('degradedBy');
  });

  test('throttled for ever, the deadline ends it, with the code as last error (T44)', async () => {
    const { outcome, failure, calls } = await world.follow([cloudError('RequestLimitExceeded', 'slow down')], {
      deadlineSeconds: HOUR,
    });
    expect(failure?.type).toBe('ProvisioningDeadlineExceeded');
    expect(outcome).toMatchObject({
      phase: 'DeadlineExceeded',
      degradedBy: { code: 'RequestLimitExceeded', count: outcome?.polls },
    });
    expect(failure?.message).toBe(
      `Task ${outcome?.taskId} of zone ${ZONE} was not over at its deadline ${outcome?.deadlineAt} after ${outcome?.polls} polls: no status was ever seen, last error RequestLimitExceeded: slow down (request id req-error, no call wanted for 1 s); the cloud task goes on`,
    );
    expect(calls.length).toBeLessThanOrEqual(173);
  });

  test.each<[string, Step[], number, string]>([
    [
      'names last status and last error',
      [...Array<Step>(5).fill(IN_PROGRESS), cloudError('ClientError.Timeout', 'late')],
      240,
      'last status InProgress, seen at $seen, last error ClientError.Timeout: late (request id req-error)',
    ],
    [
      'tells no stale error',
      [cloudError('ClientError.Timeout', 'late'), IN_PROGRESS],
      600,
      'last status InProgress, seen at $seen',
    ],
    ['names a status that nobody knows', [{ status: 'Queued' }], 600, 'last status Queued, seen at $seen'],
  ])('the deadline %s (T50, T53, T08)', async (_, script, seenSeconds, told) => {
    const { outcome, failure, callAt } = await world.follow(script, { ...every(60), deadlineSeconds: 600 });
    expect(failure?.message).toBe(
      `Task ${outcome?.taskId} of zone ${ZONE} was not over at its deadline ${outcome?.deadlineAt} after 11 polls: ${told.replace('$seen', outcome?.statusSeenAt ?? '')}; the cloud task goes on`,
    );
    expect(callAt(outcome?.statusSeenAt)).toBe(seenSeconds);
  });

  test.each(['SomethingNew', 'Aborted', 'Canceled', 'success'])(
    'a status that nobody knows is shown, warned about once, and ends nothing: %s (T53, T54)',
    async (odd) => {
      const { outcome, warnings } = await world.follow([{ status: odd }, { status: odd }, SUCCESS]);
      expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 3 });
      expect(warnings).toEqual([{ message: 'The cloud answered a status that its page does not name', status: odd }]);
      expect(outcome?.observations.map(({ status }) => status)).toEqual([odd, 'Success']);
    },
  );

  test.each([
    'UnauthorizedOperation',
    'AuthFailure.UnauthorizedOperation',
    'AuthFailure.SecretIdNotFound',
    'IpNotInWhitelist',
  ])('%s waits for a person, asking every five minutes, and goes on once it is mended (T45)', async (code) => {
    const script = (_: number, age: number): Step =>
      age < HOUR ? cloudError(code, 'ask your admin') : age < HOUR + 100 ? IN_PROGRESS : SUCCESS;
    const { outcome, calls, events } = await world.follow(script, {}, async ({ status, polled }) => {
      await polled(1);
      await expect(status()).resolves.toMatchObject({
        phase: 'Blocked',
        blockedBy: { code, message: 'ask your admin', requestId: 'req-error' },
      });
    });
    expect(calls.filter((second) => second < HOUR)).toEqual([
      0, 300, 600, 900, 1200, 1500, 1800, 2100, 2400, 2700, 3000, 3300,
    ]);
    expect(outcome?.phase).toBe('Succeeded');
    expect(outcome).not.toHaveProperty('blockedBy');
    expect(upsertsIn(events).map(({ phase }) => phase)).toEqual(['Polling', 'Blocked', 'Polling', 'Succeeded']);
    // Since the first refusal, however often it has probed since.
    const [refused, mended] = outcome?.observations ?? [];
    const [blocked, polling] = upsertsIn(events).slice(1);
    expect([blocked?.phaseSince, polling?.phaseSince]).toEqual([refused?.at, mended?.at]);
  });

  test('a pollNow probes a blocked follow at once; without help the deadline ends it (T45)', async () => {
    const { outcome, calls } = await world.follow(
      [cloudError('UnauthorizedOperation')],
      { deadlineSeconds: 400 },
      async ({ handle, polled, sleep }) => {
        await polled(1);
        await sleep(10);
        await handle.signal('pollNow');
        await polled(2);
      },
    );
    expect(calls).toEqual([0, 10, 310, 400]);
    expect(outcome).toMatchObject({
      phase: 'DeadlineExceeded',
      polls: 4,
      lastError: { code: 'UnauthorizedOperation' },
    });
  });

  test('a check that the worker lost is ridden out as well', async () => {
    const { outcome } = await world.follow([new Error('out of memory'), SUCCESS]);
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 2 });
    expect(outcome?.observations[0]?.errorCode).toBe('ClientError.StatusCheckLost');
  });

  test('a cancel during the wait ends it in that very workflow task, with all that was seen (T02, T05, T08)', async () => {
    const { outcome, failure, calls, events, handle } = await world.follow(
      [IN_PROGRESS],
      every(60),
      async ({ handle: follow, polled, sleep }) => {
        await sleep(150);
        await polled(3);
        await follow.cancel();
      },
    );
    expect(failure).toBeUndefined();
    expect(calls).toEqual([0, 60, 120]);
    expect(outcome).toMatchObject({
      phase: 'Cancelled',
      status: 'InProgress',
      polls: 3,
      lastRequestId: 'req-3',
      message: `The follow of task ${outcome?.taskId} of zone ${ZONE} was cancelled, last status InProgress, seen at ${outcome?.statusSeenAt}; the cloud task itself goes on, since its API cannot stop it`,
    });
    expect(outcome?.lastPolledAt).toBeDefined();
    expect(outcome?.observations).toHaveLength(1);
    await expect(handle.query('status')).resolves.toMatchObject({
      phase: 'Cancelled',
      polls: 3,
      lastRequestId: 'req-3',
    });

    const tail = events.slice(events.findIndex((event) => event.workflowExecutionCancelRequestedEventAttributes));
    const tasks = tail.filter((event) => event.workflowTaskCompletedEventAttributes);
    expect(tasks).toHaveLength(1);
    expect(tail.filter((event) => event.timerCanceledEventAttributes)).toHaveLength(1);
    expect(tail.filter((event) => event.timerFiredEventAttributes)).toHaveLength(0);
    expect(tail.at(-1)?.workflowExecutionCanceledEventAttributes).toBeTruthy();
  });

  test('bad input is refused with every fault, and no call is made', async () => {
    const input = { deadlineSeconds: 0, polling: { ageFraction: 2 }, owner: 'nobody' };
    const { outcome, failure, calls } = await world.follow([SUCCESS], input);
    expect(calls).toEqual([]);
    expect(failure?.type).toBe('ProvisioningInvalidInput');
    const faults = [
      'owner is not a known field',
      'deadlineSeconds must be a number of seconds, positive, at most 315360000',
      'polling.ageFraction must be a number from 0 to 1',
    ];
    expect(failure?.details).toEqual(faults);
    expect(failure?.message).toBe(`Invalid input: ${faults.join('; ')}`);
    expect(outcome).toBe(faults[0]);
  });

  test('operators read what each wait and each call is for', async () => {
    const { outcome, events } = await world.follow([IN_PROGRESS, cloudError('UnauthorizedOperation'), SUCCESS]);
    const task = outcome?.taskId;
    expect(summariesIn(events)).toEqual([
      `poll #1 of ${task}`,
      `next poll (#2) of ${task}`,
      `poll #2 of ${task}`,
      `blocked, next probe (#3) of ${task}`,
      `poll #3 of ${task}`,
    ]);
  });

  test('search attributes tell zone, task, phase, its begin and error code, and change only when they must', async () => {
    const { outcome, events } = await world.follow([IN_PROGRESS, cloudError('InternalError'), IN_PROGRESS, SUCCESS]);
    const { taskId, startedAt, endedAt } = outcome ?? {};
    const begunAt = new Date(
      timeOf(events.find((event) => event.workflowTaskStartedEventAttributes) ?? {}),
    ).toISOString();
    expect(upsertsIn(events)).toEqual([
      { zoneId: ZONE, taskId, startedAt, phase: 'Polling', phaseSince: begunAt, errorCode: null },
      { phase: 'Polling', errorCode: 'InternalError' },
      { phase: 'Polling', errorCode: null },
      { phase: 'Succeeded', phaseSince: endedAt, errorCode: null },
    ]);
  });
});

function summariesIn(events: readonly Event[]): unknown[] {
  return events
    .filter((event) => event.timerStartedEventAttributes ?? event.activityTaskScheduledEventAttributes)
    .map(
      ({ userMetadata }) => userMetadata?.summary && defaultPayloadConverter.fromPayload<string>(userMetadata.summary),
    );
}
