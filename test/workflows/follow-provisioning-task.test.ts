import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';

import { FOLLOW_PROVISIONING_TASK, TASK_QUEUES, type FollowInput } from '../../src/contract';
import { findErrorEntry, TencentCloudError } from '../../src/tencent';
import type { Carried } from '../../src/workflows/follow-provisioning-task';

import {
  callTimesIn,
  cloudError,
  createTimeSkippingWorld,
  every,
  IN_PROGRESS,
  secondsInto,
  SUCCESS,
  timeOf,
  upsertsIn,
  ZONE,
  type Event,
  type Meanwhile,
  type Step,
  type TimeSkippingWorld,
} from './time-skipping';

const REFUSED = new TencentCloudError('ClientError.NetworkError', 'connect ECONNREFUSED');

describe('what a follow shows on its way and leaves behind, under time skipping', () => {
  let world: TimeSkippingWorld;

  beforeAll(async () => {
    world = await createTimeSkippingWorld();
  });

  afterAll(async () => world.close());

  test('a cancel in mid-wait cancels the timer and closes in one workflow task, without a call (T02)', async () => {
    const { calls, events } = await world.follow([IN_PROGRESS], every(60), async ({ handle, polled, sleep }) => {
      await polled(1);
      await sleep(30);
      await handle.cancel();
    });
    expect(calls).toEqual([0]);
    expect(typesAfterLast(events, 'WORKFLOW_EXECUTION_CANCEL_REQUESTED')).toEqual([
      'WORKFLOW_TASK_SCHEDULED',
      'WORKFLOW_TASK_STARTED',
      'WORKFLOW_TASK_COMPLETED',
      'TIMER_CANCELED',
      'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
      'WORKFLOW_PROPERTIES_MODIFIED',
      'WORKFLOW_EXECUTION_CANCELED',
    ]);
    expect(pendingIn(events)).toBe(0);
  });

  test('a cancelled follow tells the same in its outcome and in the query, to the instant (T05)', async () => {
    const { outcome, callAt, handle } = await world.follow(
      [IN_PROGRESS],
      every(60),
      async ({ polled, sleep, ...follow }) => {
        await polled(1);
        await sleep(150);
        await polled(3);
        await follow.handle.cancel();
      },
    );
    expect(outcome).toMatchObject({ phase: 'Cancelled', status: 'InProgress', polls: 3, lastRequestId: 'req-3' });
    expect(outcome?.observations).toMatchObject([{ status: 'InProgress', requestId: 'req-1' }]);
    expect(callAt(outcome?.observations[0]?.at)).toBe(0);
    expect(callAt(outcome?.lastPolledAt)).toBe(120);
    expect(secondsInto(outcome, outcome?.endedAt)).toBe(150);
    const { message: _message, cloudTask: _cloudTask, ...snapshot } = outcome ?? {};
    await expect(handle.query('status')).resolves.toEqual(snapshot);
  });

  test.each<[string, Partial<FollowInput>, Meanwhile]>([
    [
      'Cancelled',
      every(60),
      async ({ handle, polled }) => {
        await polled(1);
        await handle.cancel();
      },
    ],
    ['DeadlineExceeded', { ...every(60), deadlineSeconds: 90 }, () => Promise.resolve()],
  ])('a task whose follow ended as %s can be followed again, to its success (T08)', async (phase, input, meanwhile) => {
    let answer = IN_PROGRESS;
    const { outcome, handle } = await world.follow(() => answer, input, meanwhile);
    expect(outcome).toMatchObject({ phase, status: 'InProgress' });
    expect(outcome?.message).toMatch(/; the cloud task (itself )?goes on/);
    answer = SUCCESS;
    const again = await handle.client.start(FOLLOW_PROVISIONING_TASK, {
      workflowId: handle.workflowId,
      taskQueue: TASK_QUEUES.provisioning,
      args: [{ zoneId: ZONE, taskId: outcome?.taskId }],
    });
    await expect(again.result()).resolves.toMatchObject({ phase: 'Succeeded', polls: 1 });
  });

  test('a fault is shown while it lasts and taken back by the next answer (T41)', async () => {
    const unavailable = new TencentCloudError('ClientError.HttpStatus', 'Unavailable', { httpStatus: 503 });
    const script = [unavailable, REFUSED, IN_PROGRESS, SUCCESS];
    const { outcome, events } = await world.follow(script, every(60), async ({ polled, sleep, status }) => {
      await polled(1);
      const first = await status();
      const error = {
        code: 'ClientError.HttpStatus',
        message: 'Unavailable',
        httpStatus: 503,
        advice: unavailable.advice,
      };
      expect(first).toMatchObject({ phase: 'Polling', lastError: error });
      expect(first.degradedBy).toEqual({ ...error, count: 1, since: first.lastPolledAt });
      await sleep(90);
      await polled(2);
      const second = await status();
      const later = { code: 'ClientError.NetworkError', message: 'connect ECONNREFUSED', advice: REFUSED.advice };
      expect(second).toMatchObject({ phase: 'Polling', lastError: later });
      expect(second.degradedBy).toEqual({ ...later, count: 2, since: first.lastPolledAt });
      await sleep(60);
      await polled(3);
      const third = await status();
      expect(third).toMatchObject({ phase: 'Polling', status: 'InProgress' });
      expect(third).not.toHaveProperty('degradedBy');
      expect(third).not.toHaveProperty('lastError');
    });
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 4 });
    expect(upsertsIn(events).map(({ phase, errorCode }) => [phase, errorCode])).toEqual([
      ['Polling', null],
      ['Polling', 'ClientError.HttpStatus'],
      ['Polling', 'ClientError.NetworkError'],
      ['Polling', null],
      ['Succeeded', null],
    ]);
  });

  test('a later row of faults starts at one again (T19)', async () => {
    const script = [REFUSED, REFUSED, REFUSED, IN_PROGRESS, REFUSED, SUCCESS];
    const { outcome } = await world.follow(script, every(60), async ({ polled, sleep, status }) => {
      await polled(1);
      const { lastPolledAt } = await status();
      await sleep(150);
      await polled(3);
      await expect(status()).resolves.toMatchObject({ degradedBy: { count: 3, since: lastPolledAt } });
      await sleep(120);
      await polled(5);
      const later = await status();
      expect(later.degradedBy).toMatchObject({ count: 1, since: later.lastPolledAt });
    });
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 6 });
  });

  test.each([
    ['of a class that nobody knows', { type: 'StatusCheck.odd', details: [{ code: 'A', message: 'b' }] }],
    ['without a detail', { type: 'StatusCheck.permanent' }],
    ['whose detail is null', { type: 'StatusCheck.auth', details: [null] }],
    ['whose detail has no code', { type: 'StatusCheck.permanent', details: [{ message: 'b' }] }],
    ['whose detail is a text', { type: 'StatusCheck.notFound', details: ['A'] }],
  ])('a failure of the activity %s is a lost check, and ends nothing', async (_, fields) => {
    const failure = ApplicationFailure.create({ message: 'garbled', ...fields });
    const { outcome } = await world.follow([failure, SUCCESS], every(60), async ({ polled, status }) => {
      await polled(1);
      const error = { code: 'ClientError.StatusCheckLost', message: 'garbled' };
      await expect(status()).resolves.toMatchObject({
        phase: 'Polling',
        lastError: error,
        degradedBy: { ...error, count: 1 },
      });
    });
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 2 });
  });

  test('a pollNow takes a blocked follow back to polling once it is mended (T45)', async () => {
    let answer: Step = cloudError('UnauthorizedOperation', 'ask your admin');
    const { outcome, calls, events } = await world.follow(
      () => answer,
      {},
      async ({ handle, polled, sleep, status }) => {
        await polled(1);
        await sleep(3590);
        const blocked = await status();
        expect(blocked).toMatchObject({ phase: 'Blocked', polls: 12 });
        expect(blocked.blockedBy).toEqual({
          code: 'UnauthorizedOperation',
          message: 'ask your admin',
          requestId: 'req-error',
          httpStatus: 200,
          advice: findErrorEntry('UnauthorizedOperation').advice,
          since: blocked.observations[0]?.at,
        });
        answer = IN_PROGRESS;
        await handle.signal('pollNow');
        await polled(13);
        const mended = await status();
        expect(mended).toMatchObject({ phase: 'Polling', status: 'InProgress' });
        expect(mended).not.toHaveProperty('blockedBy');
        answer = SUCCESS;
      },
    );
    expect(calls.slice(0, 13)).toEqual([0, 300, 600, 900, 1200, 1500, 1800, 2100, 2400, 2700, 3000, 3300, 3590]);
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 14 });
    expect(upsertsIn(events).map(({ phase, errorCode }) => [phase, errorCode])).toEqual([
      ['Polling', null],
      ['Blocked', 'UnauthorizedOperation'],
      ['Polling', null],
      ['Succeeded', null],
    ]);
  });

  test('the details at the deadline tell last status and last error, and when each came (T50)', async () => {
    const { outcome, failure, callAt } = await world.follow((call) => (call < 5 ? IN_PROGRESS : REFUSED), {
      ...every(60),
      deadlineSeconds: 450,
    });
    expect(failure?.type).toBe('ProvisioningDeadlineExceeded');
    const error = { code: 'ClientError.NetworkError', message: 'connect ECONNREFUSED', advice: REFUSED.advice };
    expect(outcome).toMatchObject({ status: 'InProgress', polls: 9 });
    expect(outcome?.lastError).toEqual(error);
    expect(outcome?.degradedBy).toEqual({ ...error, count: 4, since: outcome?.observations[1]?.at });
    expect(outcome?.observations.map(({ at, status, errorCode }) => [callAt(at), status ?? errorCode])).toEqual([
      [0, 'InProgress'],
      [300, 'ClientError.NetworkError'],
    ]);
    expect(callAt(outcome?.lastPolledAt)).toBe(450);
  });

  test('a pollNow in mid-wait cancels the timer, and the answer closes with nothing pending (T66)', async () => {
    const { calls, events } = await world.follow(
      [IN_PROGRESS, SUCCESS],
      every(3600),
      async ({ handle, polled, sleep }) => {
        await polled(1);
        await sleep(300);
        await handle.signal('pollNow');
      },
    );
    expect(calls).toEqual([0, 300]);
    expect(typesAfterLast(events, 'WORKFLOW_EXECUTION_SIGNALED')).toContain('TIMER_CANCELED');
    expect(typesAfterLast(events, 'ACTIVITY_TASK_COMPLETED')).toEqual([
      'WORKFLOW_TASK_SCHEDULED',
      'WORKFLOW_TASK_STARTED',
      'WORKFLOW_TASK_COMPLETED',
      'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
      'WORKFLOW_EXECUTION_COMPLETED',
    ]);
    expect(pendingIn(events)).toBe(0);
  });

  test('a run hands all that it knows to the next, in mid-fault, and keeps its pace (T48, T62)', async () => {
    const input: Partial<FollowInput> = {
      polling: { minIntervalSeconds: 10, maxIntervalSeconds: 10, ageFraction: 0.5 },
      deadlineSeconds: 4500,
      notFoundGraceSeconds: 5,
      note: 'long',
    };
    const script = (call: number): Step => (call < 10 ? IN_PROGRESS : REFUSED);
    const { outcome, failure, events: lastRun, handle } = await world.follow(script, input);
    const runId = lastRun[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId ?? '';
    const { events } = await handle.client.getHandle(handle.workflowId, runId).fetchHistory();
    const firstRun = events ?? [];
    const closing = firstRun.at(-1)?.workflowExecutionContinuedAsNewEventAttributes;
    expect(closing?.newExecutionRunId).toBe(
      lastRun[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId,
    );
    expect(firstRun.length).toBeLessThan(4096);
    expect(pendingIn(firstRun)).toBe(0);

    const [handedInput, carried] = (closing?.input?.payloads ?? []).map((payload): unknown =>
      defaultPayloadConverter.fromPayload(payload),
    ) as [FollowInput, Carried];
    expect(handedInput).toEqual({ zoneId: ZONE, taskId: outcome?.taskId, ...input });
    const polls = callTimesIn(firstRun).length;
    const error = { code: 'ClientError.NetworkError', message: 'connect ECONNREFUSED', advice: REFUSED.advice };
    const startedMs = timeOf(firstRun[0] ?? {});
    expect(carried).toMatchObject({
      pollWanted: false,
      handledUpdates: [],
      published: { phase: 'Polling', errorCode: 'ClientError.NetworkError' },
    });
    const firstTask = firstRun.find((event) => event.workflowTaskStartedEventAttributes);
    expect(carried.state).toEqual({
      zoneId: ZONE,
      taskId: outcome?.taskId,
      phase: 'Polling',
      status: 'InProgress',
      statusSeenAt: carried.state.statusSeenAt,
      taskType: 'StartProvisioning',
      polls,
      firstPolledAt: carried.state.observations[0]?.at,
      lastPolledAt: carried.state.lastPolledAt,
      startedAt: new Date(startedMs).toISOString(),
      deadlineAt: new Date(startedMs + 4_500_000).toISOString(),
      degradedBy: { ...error, count: polls - 10, since: carried.state.observations[1]?.at },
      lastError: error,
      lastRequestId: 'req-10',
      observations: [
        { at: carried.state.observations[0]?.at, status: 'InProgress', requestId: 'req-1' },
        { at: carried.state.observations[1]?.at, errorCode: 'ClientError.NetworkError' },
      ],
      polling: { initialDelaySeconds: 0, minIntervalSeconds: 10, maxIntervalSeconds: 10, ageFraction: 0.5 },
      messages: {},
      notFoundGraceSeconds: 5,
      // When a worker first took it up.
      firstPollDueAt: new Date(timeOf(firstTask ?? {})).toISOString(),
    });

    const { startedAt, deadlineAt, observations, polling } = carried.state;
    const total = polls + callTimesIn(lastRun).length;
    expect(failure?.type).toBe('ProvisioningDeadlineExceeded');
    expect(outcome).toMatchObject({ polls: total, startedAt, deadlineAt, observations, polling, lastError: error });
    expect(outcome?.degradedBy).toEqual({ ...error, count: total - 10, since: observations[1]?.at });
    const { endedAt: phaseSince } = outcome ?? {};
    expect(upsertsIn(lastRun)).toEqual([
      { phase: 'DeadlineExceeded', phaseSince, errorCode: 'ClientError.NetworkError' },
    ]);

    const times = [...callTimesIn(firstRun), ...callTimesIn(lastRun)];
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(Math.min(...gaps.slice(0, -1))).toBeGreaterThanOrEqual(10_000);
    expect(times.at(-1)).toBeGreaterThanOrEqual(Date.parse(deadlineAt));
  }, 120_000);
});

function typeOf({ eventType }: Event): string {
  return (temporal.api.enums.v1.EventType[eventType ?? 0] ?? '').replace('EVENT_TYPE_', '');
}

function typesAfterLast(events: readonly Event[], type: string): string[] {
  const types = events.map(typeOf);
  return types.slice(types.lastIndexOf(type) + 1);
}

/** Counts the timers and activities that were started and did not end. */
function pendingIn(events: readonly Event[]): number {
  const types = events.map(typeOf);
  const started = types.filter((type) => /^(TIMER_STARTED|ACTIVITY_TASK_SCHEDULED)$/.test(type));
  const ended = types.filter((type) => /^(TIMER_(FIRED|CANCELED)|ACTIVITY_TASK_(COMPLETED|FAILED))$/.test(type));
  return started.length - ended.length;
}
