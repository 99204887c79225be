import path from 'node:path';

import type { WorkflowHandle } from '@temporalio/client';

import {
  FOLLOW_PROVISIONING_TASK,
  SIGNALS,
  TASK_QUEUES,
  workflowId,
  type ProvisioningOutcome,
  type ProvisioningSnapshot,
  type WaitResult,
} from '../../src/client';
import { root } from '../support/project';
import { until } from '../support/until';

import { createWorld, type World } from './world';

const ZONE = 'z-messages';
const SLOW = { minIntervalSeconds: 900, maxIntervalSeconds: 900 };
const IN_PROGRESS = { status: 'InProgress' };
const SUCCESS = { status: 'Success' };

describe('messages to a follow, with a real server, worker process and socket', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld();
    // Before any worker is there.
    world.emulator.setTask(ZONE, 't-early-pause', { answers: [SUCCESS] });
    await startWithSignal('t-early-pause', SIGNALS.pause, { reason: 'not yet' });
    world.emulator.setTask(ZONE, 't-early-change', { answers: [SUCCESS] });
    await startWithSignal('t-early-change', SIGNALS.taskChanged);
    // Runs beside all the others, since it takes its time. Dropped in mid-answer: a kept connection that drops before
    // any answer is replaced at once.
    const answers = [IN_PROGRESS, { httpStatus: 503, rawBody: '' }, { cut: true }];
    world.emulator.setTask(ZONE, 't-spaced', { answers: Array.from({ length: 5 }, () => answers).flat() });
    const polling = { minIntervalSeconds: 1, maxIntervalSeconds: 1 };
    await world.client.follow({ zoneId: ZONE, taskId: 't-spaced', polling, deadlineSeconds: 300 });
    await world.startWorker();
  });

  afterAll(async () => world.close());

  async function startWithSignal(taskId: string, signal: string, ...signalArgs: object[]): Promise<void> {
    await world.temporal.workflow.signalWithStart(FOLLOW_PROVISIONING_TASK, {
      workflowId: workflowId(ZONE, taskId),
      taskQueue: TASK_QUEUES.provisioning,
      args: [{ zoneId: ZONE, taskId, polling: { initialDelaySeconds: 600 } }],
      signal,
      signalArgs,
    });
  }

  async function follow(taskId: string, more: object = {}): Promise<void> {
    await world.client.follow({ zoneId: ZONE, taskId, polling: SLOW, ...more });
  }

  async function outcomeOf(taskId: string): Promise<ProvisioningOutcome> {
    const result: WaitResult = await world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 30_000 });
    if (result.kind !== 'ended') throw new Error(`No outcome: ${JSON.stringify(result)}`);
    return result.outcome;
  }

  const status = (taskId: string): Promise<ProvisioningSnapshot> => world.client.status(ZONE, taskId);
  const calls = (taskId: string): number => world.emulator.requests(taskId).length;
  const handleOf = (taskId: string): WorkflowHandle => world.temporal.workflow.getHandle(workflowId(ZONE, taskId));

  test('a change that was told before any worker was there is asked about at once, not after the delay (T65)', async () => {
    await expect(outcomeOf('t-early-change')).resolves.toMatchObject({ phase: 'Succeeded', polls: 1 });
  });

  test('a follow that was paused at its start makes no call until resume (T01)', async () => {
    const paused = await status('t-early-pause');
    expect(paused).toMatchObject({ phase: 'Paused', pausedReason: 'not yet', polls: 0 });
    expect(calls('t-early-pause')).toBe(0);
    await world.client.resume(ZONE, 't-early-pause');
    await expect(outcomeOf('t-early-pause')).resolves.toMatchObject({ phase: 'Succeeded', polls: 1 });
  });

  test.each(['InProgress', 'Success'])(
    'cancelled while a call is in flight it stays cancelled, without another call, though the reply says %s (T03)',
    async (late) => {
      const taskId = `t-late-${late}`;
      world.emulator.setTask(ZONE, taskId, { answers: [IN_PROGRESS, { status: late, delayMs: 1_500 }] });
      await follow(taskId);
      await until('the first poll is over', async () => (await status(taskId)).polls === 1);
      await world.client.pollNow(ZONE, taskId);
      await until('call 2 is in flight', () => calls(taskId) === 2);
      await world.client.cancel(ZONE, taskId);
      await expect(outcomeOf(taskId)).resolves.toMatchObject({ phase: 'Cancelled', polls: 1, cloudTask: 'Untouched' });
      const closed = await handleOf(taskId).fetchHistory();
      await until(
        'the reply is given, or its call given up',
        () => world.emulator.connections() >= 0 && isOver(taskId),
      );
      const { events } = await handleOf(taskId).fetchHistory();
      expect(events).toHaveLength(closed.events?.length ?? 0);
      expect(events?.at(-1)?.workflowExecutionCanceledEventAttributes).toBeTruthy();
      const cancelledAt = events?.findIndex((event) => event.workflowExecutionCancelRequestedEventAttributes) ?? 0;
      const after = events?.slice(cancelledAt) ?? [];
      expect(after.filter((event) => event.timerStartedEventAttributes)).toEqual([]);
      expect(after.filter((event) => event.activityTaskScheduledEventAttributes)).toEqual([]);
      expect(calls(taskId)).toBe(2);
      await expect(status(taskId)).resolves.toMatchObject({ phase: 'Cancelled', status: 'InProgress' });
    },
  );

  function isOver(taskId: string): boolean {
    return world.emulator.requests(taskId).every(({ answeredAt }) => answeredAt !== undefined);
  }

  test('checkNow during a call answers from a call that began after it was asked (T61)', async () => {
    world.emulator.setTask(ZONE, 't-check', {
      answers: [{ ...IN_PROGRESS, delayMs: 1_000 }, { status: 'Odd' }, SUCCESS],
    });
    await follow('t-check');
    await until('call 1 is in flight', () => calls('t-check') === 1);
    const checked = await Promise.all([
      world.client.checkNow(ZONE, 't-check'),
      world.client.checkNow(ZONE, 't-check', { updateId: 'same' }),
      world.client.checkNow(ZONE, 't-check', { updateId: 'same' }),
    ]);
    for (const snapshot of checked) expect(snapshot).toMatchObject({ status: 'Odd', polls: 2, phase: 'Polling' });
    expect(calls('t-check')).toBe(2);
    await expect(status('t-check')).resolves.toMatchObject({ messages: { checkNow: 2 } });
    await world.client.taskChanged(ZONE, 't-check');
    await expect(outcomeOf('t-check')).resolves.toMatchObject({ phase: 'Succeeded', polls: 3 });
  });

  test('a stale answer after the last word changes nothing, with checks racing the loop (T57)', async () => {
    world.emulator.setTask(ZONE, 't-stale', { answers: [IN_PROGRESS, { ...SUCCESS, delayMs: 500 }, IN_PROGRESS] });
    await follow('t-stale');
    await until('the first poll is over', async () => (await status('t-stale')).polls === 1);
    await world.client.pollNow(ZONE, 't-stale');
    await until('call 2 is in flight', () => calls('t-stale') === 2);
    const checks = await Promise.all(Array.from({ length: 3 }, () => world.client.checkNow(ZONE, 't-stale')));
    for (const snapshot of checks) expect(snapshot).toMatchObject({ phase: 'Succeeded', status: 'Success', polls: 2 });
    await expect(outcomeOf('t-stale')).resolves.toMatchObject({ phase: 'Succeeded', polls: 2 });
    expect(calls('t-stale')).toBe(2);
    await expect(world.client.checkNow(ZONE, 't-stale')).rejects.toMatchObject({
      name: 'FollowEndedError',
      message:
        'The follow of task t-stale of zone z-messages has ended already: see how with status. Unless the cloud or a person had the last word, follow starts it again',
    });
    await expect(world.client.resume(ZONE, 't-stale')).rejects.toMatchObject({ name: 'FollowEndedError' });
    await expect(world.client.resume(ZONE, 't-nobody')).rejects.toMatchObject({ name: 'NotFollowedError' });
  });

  test('whatever is pressed, there is one call and one wait at a time, then the pace is as before (T60)', async () => {
    world.emulator.setTask(ZONE, 't-pressed', { answers: [{ ...IN_PROGRESS, delayMs: 200 }] });
    const pace = { minIntervalSeconds: 1, maxIntervalSeconds: 1 };
    await follow('t-pressed', { polling: pace });
    await until('the first poll is over', async () => (await status('t-pressed')).polls === 1);
    const begunAt = Date.now();
    const { client } = world;
    const press: (() => Promise<unknown>)[] = [
      ...Array.from({ length: 10 }, () => () => client.pollNow(ZONE, 't-pressed')),
      ...Array.from({ length: 3 }, () => () => client.pause(ZONE, 't-pressed', { reason: 'x' })),
      ...Array.from({ length: 3 }, () => () => client.resume(ZONE, 't-pressed')),
      () => client.setPolling(ZONE, 't-pressed', pace),
      ...Array.from({ length: 3 }, () => () => client.checkNow(ZONE, 't-pressed')),
    ];
    // Every seventh first, so that the kinds are mixed.
    for (let i = 0; i < press.length; i += 1) {
      const pressed = press[(i * 7) % press.length]?.();
      if (i % 4 === 3) await pressed;
      else void pressed?.catch(() => undefined);
    }
    await client.resume(ZONE, 't-pressed');
    await client.checkNow(ZONE, 't-pressed');
    const { polls } = await status('t-pressed');
    const seconds = (Date.now() - begunAt) / 1000;
    expect(polls).toBeLessThanOrEqual(2 + seconds + press.length + 2);
    await until('three more polls are over', async () => (await status('t-pressed')).polls >= polls + 3);
    const times = world.emulator
      .requests('t-pressed')
      .slice(polls)
      .map(({ at }) => at);
    const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
    expect(world.emulator.maxOutstanding('t-pressed')).toBe(1);
    await client.resolve(ZONE, 't-pressed', { outcome: 'Succeeded', reason: 'seen', by: 'ada' });

    let timers = 0;
    let most = 0;
    for (const event of (await handleOf('t-pressed').fetchHistory()).events ?? []) {
      if (event.timerStartedEventAttributes) timers += 1;
      if (event.timerFiredEventAttributes ?? event.timerCanceledEventAttributes) timers -= 1;
      most = Math.max(most, timers);
    }
    expect([most, timers]).toEqual([1, 0]);
  });

  test('resolve gives up the call that is out, and following again gives what was declared (T57)', async () => {
    world.emulator.setTask(ZONE, 't-declared', { answers: [{ hang: true }] });
    await follow('t-declared');
    await until('the call is out', () => calls('t-declared') === 1);
    const request = { outcome: 'Failed', reason: 'the tenant is gone', by: 'ada' } as const;
    const waiting = world.client.waitForOutcome(ZONE, 't-declared');
    await expect(world.client.resolve(ZONE, 't-declared', request)).resolves.toMatchObject({ phase: 'Resolved' });
    const message =
      'Task t-declared of zone z-messages was declared Failed by ada: the tenant is gone (no status was ever seen)';
    await expect(waiting).resolves.toMatchObject({
      kind: 'ended',
      outcome: { phase: 'Resolved', resolution: request, polls: 0, message },
    });
    await expect(handleOf('t-declared').result()).rejects.toMatchObject({
      cause: { type: 'ProvisioningFailed', message },
    });
    await expect(world.client.follow({ zoneId: ZONE, taskId: 't-declared' })).resolves.toMatchObject({
      state: 'ended',
    });
    expect(calls('t-declared')).toBe(1);
  });

  test('no resolve is lost, whatever its call brings in the same moment (T57)', async () => {
    const request = { outcome: 'Succeeded', reason: 'seen', by: 'ada' } as const;
    const phases = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const taskId = `t-quick-${i}`;
        world.emulator.setTask(ZONE, taskId, { answers: [IN_PROGRESS] });
        await follow(taskId);
        const { phase } = await world.client.resolve(ZONE, taskId, request, { timeoutMs: 30_000 });
        return [phase, (await outcomeOf(taskId)).phase];
      }),
    );
    expect(phases).toEqual(Array(20).fill(['Resolved', 'Resolved']));
  });

  test('an extension that comes during the last poll still counts (T16)', async () => {
    world.emulator.setTask(ZONE, 't-extended', {
      answers: [IN_PROGRESS, { ...IN_PROGRESS, delayMs: 1_500 }, IN_PROGRESS],
    });
    await follow('t-extended', { deadlineSeconds: 1 });
    await until('the last poll is out', () => calls('t-extended') === 2);
    const { deadlineAt } = await world.client.extendDeadline(ZONE, 't-extended', { bySeconds: 3 });
    const outcome = await outcomeOf('t-extended');
    expect(outcome).toMatchObject({ phase: 'DeadlineExceeded', polls: 3, deadlineAt });
    expect(Date.parse(deadlineAt) - Date.parse(outcome.startedAt)).toBe(4_000);
    expect(world.emulator.requests('t-extended').at(-1)?.at).toBeGreaterThanOrEqual(Date.parse(deadlineAt));
  });

  test('updates are refused at the client with every fault, or by the follow for what it alone knows', async () => {
    world.emulator.setTask(ZONE, 't-refused', { answers: [IN_PROGRESS] });
    await follow('t-refused', { deadlineSeconds: 3_600 });
    const { client } = world;
    await expect(client.setPolling(ZONE, 't-refused', { maxIntervalSeconds: 100 })).rejects.toMatchObject({
      name: 'InvalidInputError',
      faults: ['minIntervalSeconds must not exceed maxIntervalSeconds'],
    });
    const { deadlineAt } = await status('t-refused');
    const sooner = new Date(Date.parse(deadlineAt) - 60_000).toISOString();
    await expect(client.extendDeadline(ZONE, 't-refused', { deadlineAt: sooner })).rejects.toMatchObject({
      name: 'InvalidInputError',
      faults: [`deadlineAt must lie after the present deadline ${deadlineAt}`],
    });
    await expect(client.pause(ZONE, 't-refused', { reason: '' })).rejects.toMatchObject({
      name: 'InvalidInputError',
      faults: ['reason must be a non-empty string of at most 1000 characters'],
    });
    await expect(status('t-refused')).resolves.toMatchObject({ messages: {}, deadlineAt });
    await client.cancel(ZONE, 't-refused');
  });

  test('two calls of a task are as far apart as the minimum, whether poll or retry (T32)', async () => {
    await until('fourteen calls were received', () => calls('t-spaced') >= 14);
    const times = world.emulator.requests('t-spaced').map(({ at }) => at);
    const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000 - 20);
    expect(world.emulator.maxOutstanding('t-spaced')).toBe(1);
    await world.client.cancel(ZONE, 't-spaced');
  });
});

describe('a worker with a wrong clock', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld();
  });

  afterAll(async () => world.close());

  test.each([
    ['an hour ahead', 3_600_000],
    ['an hour behind', -3_600_000],
  ])('%s polls and ends at the same instants as one with a right clock (T22)', async (name, offsetMs) => {
    const taskId = `t-${name.replaceAll(' ', '-')}`;
    world.emulator.setTask(ZONE, taskId, { answers: [IN_PROGRESS] });
    const worker = await world.startWorker({
      NODE_OPTIONS: `--require ${path.join(root, 'test', 'support', 'shifted-clock.js')}`,
      CLOCK_OFFSET_MS: String(offsetMs),
    });
    const polling = { minIntervalSeconds: 1.5, maxIntervalSeconds: 1.5 };
    await world.client.follow({ zoneId: ZONE, taskId, polling, deadlineSeconds: 4 });
    const result = await world.client.waitForOutcome(ZONE, taskId, { timeoutMs: 30_000 });
    if (result.kind !== 'ended') throw new Error(`No outcome: ${JSON.stringify(result)}`);
    const { outcome } = result;
    expect(outcome.phase).toBe('DeadlineExceeded');
    expect(Math.abs(Date.parse(outcome.startedAt) - Date.now())).toBeLessThan(60_000);
    const startedMs = Date.parse(outcome.startedAt);
    expect(Date.parse(outcome.deadlineAt) - startedMs).toBe(4_000);
    const answered = world.emulator.requests(taskId).filter(({ answered: word }) => word === 'InProgress');
    const seconds = answered.map(({ at }) => (at - startedMs) / 1000);
    // The clock was really wrong: the first signature was refused and corrected.
    expect(world.emulator.requests(taskId)[0]?.answered).toBe('AuthFailure.SignatureExpire');
    // At 0, 1.5, 3 and 4 s; a busy machine has one call less.
    expect(outcome.polls).toBe(seconds.length);
    expect([3, 4]).toContain(seconds.length);
    const gaps = seconds.slice(1).map((second, i) => second - (seconds[i] ?? 0));
    for (const gap of gaps.slice(0, -1)) expect(gap).toBeGreaterThanOrEqual(1.5);
    expect(seconds.at(-1)).toBeGreaterThanOrEqual(4);
    expect(Date.parse(outcome.endedAt ?? '') - startedMs).toBeLessThan(30_000);
    await worker.stop('SIGTERM');
  });
});
