import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';

import { QUERIES, SIGNALS, UPDATES, type ProvisioningSnapshot } from '../../src/contract';

import {
  callTimesIn,
  cloudError,
  createTimeSkippingWorld,
  every,
  IN_PROGRESS,
  secondsInto,
  SUCCESS,
  timerSeconds,
  upsertsIn,
  ZONE,
  type Event,
  type Step,
  type TimeSkippingWorld,
} from './time-skipping';

const FORBIDDEN = cloudError('UnauthorizedOperation', 'ask your admin');

describe('messages to a follow, under time skipping', () => {
  let world: TimeSkippingWorld;

  beforeAll(async () => {
    world = await createTimeSkippingWorld();
  });

  afterAll(async () => world.close());

  test('a pause stops the polling until resume, which polls at once; the deadline is the same instant (T16)', async () => {
    let deadlineAt: string | undefined;
    const { outcome, calls, events } = await world.follow(
      [IN_PROGRESS],
      { ...every(60), deadlineSeconds: 3600 },
      async ({ handle, polled, sleep, status }) => {
        await polled(1);
        ({ deadlineAt } = await status());
        await sleep(90);
        await handle.signal('pause', { reason: 'maintenance of the tenant' });
        const paused = await status();
        expect(paused).toMatchObject({
          phase: 'Paused',
          pausedReason: 'maintenance of the tenant',
          polls: 2,
          deadlineAt,
          nextPollAt: deadlineAt,
          messages: { pause: 1 },
        });
        await sleep(1800);
        await handle.signal('pause', { reason: 'still' });
        await expect(status()).resolves.toMatchObject({ pausedReason: 'still', pausedAt: paused.pausedAt, polls: 2 });
        await handle.signal('resume');
        await polled(3);
        const resumed = await status();
        expect(resumed).toMatchObject({ phase: 'Polling', deadlineAt });
        expect(resumed).not.toHaveProperty('pausedReason');
        expect(resumed).not.toHaveProperty('pausedAt');
      },
    );
    const resumedAt = calls[2] ?? NaN;
    // The server's clock also runs while the worker works.
    expect(resumedAt - 1890).toBeLessThan(10);
    expect(calls.slice(0, 4)).toEqual([0, 60, Math.max(1890, resumedAt), resumedAt + 60]);
    expect(calls.at(-1)).toBe(3600);
    expect(outcome).toMatchObject({ phase: 'DeadlineExceeded', endedWhile: 'Polling', deadlineAt });
    expect(secondsInto(outcome, outcome?.endedAt)).toBe(3600);
    expect(upsertsIn(events).map(({ phase }) => phase)).toEqual(['Polling', 'Paused', 'Polling', 'DeadlineExceeded']);
  });

  test.each<[string, Step, object]>([
    ['ends it while it is paused', IN_PROGRESS, { phase: 'DeadlineExceeded', pausedReason: 'on holiday' }],
    ['still sees a success', SUCCESS, { phase: 'Succeeded' }],
  ])('a pause never hides the deadline: one last poll is made there, which %s', async (_, last, expected) => {
    const script = (call: number): Step => (call === 0 ? IN_PROGRESS : last);
    const { outcome, calls, events } = await world.follow(
      script,
      { ...every(60), deadlineSeconds: 1000 },
      async ({ handle, polled }) => {
        await polled(1);
        await handle.signal('pause', { reason: 'on holiday' });
      },
    );
    expect(calls).toEqual([0, 1000]);
    expect(outcome).toMatchObject({ ...expected, endedWhile: 'Paused', polls: 2 });
    expect(summariesIn(events)).toContain(`paused, last poll at the deadline (#2) of ${outcome?.taskId}`);
  });

  test('what asks for a poll while it is paused: pollNow and checkNow poll once, taskChanged waits (T01)', async () => {
    const { outcome, calls } = await world.follow(
      (call) => (call < 3 ? IN_PROGRESS : SUCCESS),
      every(60),
      async ({ handle, polled, sleep, status }) => {
        await polled(1);
        await handle.signal('pause', { reason: 'x' });
        await sleep(100);
        await handle.signal('taskChanged');
        await sleep(100);
        await handle.signal('pollNow');
        await polled(2);
        await sleep(100);
        await expect(checkNow(handle)).resolves.toMatchObject({ phase: 'Paused', polls: 3, status: 'InProgress' });
        await sleep(100);
        await expect(status()).resolves.toMatchObject({ phase: 'Paused', polls: 3, messages: { taskChanged: 1 } });
        await handle.signal('resume');
      },
    );
    expect(calls).toEqual([0, 200, 300, 400]);
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 4 });
  });

  test('a paused follow that is blocked meanwhile says both, and is blocked once it is resumed (T45)', async () => {
    const { outcome } = await world.follow(
      [IN_PROGRESS, FORBIDDEN, FORBIDDEN, SUCCESS],
      every(60),
      async ({ handle, polled, status }) => {
        await polled(1);
        await handle.signal('pause', { reason: 'x' });
        const checked = await checkNow(handle);
        expect(checked).toMatchObject({ phase: 'Paused', blockedBy: { code: 'UnauthorizedOperation' } });
        await handle.signal('resume');
        await polled(3);
        await expect(status()).resolves.toMatchObject({
          phase: 'Blocked',
          blockedBy: { code: 'UnauthorizedOperation' },
        });
        await handle.signal('resume');
      },
    );
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 4, endedWhile: 'Blocked', messages: { resume: 2 } });
  });

  test('resume of a follow that polls is without effect', async () => {
    const { calls } = await world.follow([IN_PROGRESS, SUCCESS], every(60), async ({ handle, polled, sleep }) => {
      await polled(1);
      await sleep(30);
      await handle.signal('resume');
    });
    expect(calls).toEqual([0, 60]);
  });

  test('taskChanged asks at once, and its waiting timer is cancelled (T66)', async () => {
    const input = { ...every(3600), deadlineSeconds: 86_400 };
    const { outcome, calls, events } = await world.follow([IN_PROGRESS, SUCCESS], input, async (follow) => {
      await follow.polled(1);
      await follow.sleep(300);
      await follow.handle.signal('taskChanged');
    });
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 2 });
    expect(calls).toEqual([0, 300]);
    expect(events.filter((event) => event.timerCanceledEventAttributes)).toHaveLength(1);
    expect(events.filter((event) => event.timerFiredEventAttributes)).toHaveLength(0);
  });

  test('taskChanged is verified by a poll and never believed', async () => {
    const { outcome, calls } = await world.follow(
      [IN_PROGRESS, IN_PROGRESS, SUCCESS],
      every(60),
      async ({ handle, polled, sleep, status }) => {
        await polled(1);
        await sleep(30);
        await handle.signal('taskChanged', { status: 'Success' });
        await polled(2);
        await expect(status()).resolves.toMatchObject({ phase: 'Polling', status: 'InProgress' });
      },
    );
    expect(calls).toEqual([0, 30, 90]);
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 3 });
  });

  test.each([
    ['nothing', []],
    ['a text', ['because']],
    ['another field', [{ why: 'x' }]],
    ['a reason that is no text', [{ reason: 5 }]],
  ])('a signal that carries %s never harms the follow', async (_, args) => {
    const { outcome } = await world.follow([IN_PROGRESS, SUCCESS], every(60), async ({ handle, polled, status }) => {
      await polled(1);
      await handle.signal('pause', ...args);
      const { phase, pausedReason } = await status();
      expect([phase, pausedReason]).toEqual(['Paused', args[0] === 'because' ? 'because' : 'no reason given']);
      await handle.signal('resume');
    });
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 2 });
  });

  test('checkNow polls now and answers what that brought; the schedule counts from there', async () => {
    const { outcome, calls } = await world.follow(
      [IN_PROGRESS, { status: 'Odd' }, IN_PROGRESS, SUCCESS],
      every(60),
      async ({ handle, polled, sleep }) => {
        await polled(1);
        await sleep(30);
        await expect(checkNow(handle)).resolves.toMatchObject({
          phase: 'Polling',
          polls: 2,
          status: 'Odd',
          lastRequestId: 'req-2',
          messages: { checkNow: 1 },
        });
      },
    );
    expect(calls).toEqual([0, 30, 90, 150]);
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 4 });
  });

  test('checkNow answers the ending when its poll brings that', async () => {
    let answered: ProvisioningSnapshot | undefined;
    const { outcome } = await world.follow([IN_PROGRESS, SUCCESS], every(60), async ({ handle, polled }) => {
      await polled(1);
      answered = await checkNow(handle);
    });
    const { message: _message, cloudTask: _cloudTask, ...snapshot } = outcome ?? {};
    expect(answered).toEqual(snapshot);
    expect(answered).toMatchObject({ phase: 'Succeeded', polls: 2 });
  });

  test('setPolling takes effect on the wait that it meets, shorter or longer', async () => {
    const { outcome, calls, events } = await world.follow(
      (call) => (call < 5 ? IN_PROGRESS : SUCCESS),
      every(3600),
      async ({ handle, polled, sleep, status }) => {
        await polled(1);
        await sleep(300);
        const change = { minIntervalSeconds: 60, maxIntervalSeconds: 60 };
        const answered = await update(handle, 'setPolling', change);
        expect(answered.polling).toEqual({ initialDelaySeconds: 0, ageFraction: 0.1, ...change });
        await polled(2);
        await sleep(90);
        await polled(3);
        const { lastPolledAt = '' } = await status();
        const longer = await update(handle, 'setPolling', { minIntervalSeconds: 600, maxIntervalSeconds: 600 });
        expect(longer.nextPollAt).toBe(new Date(Date.parse(lastPolledAt) + 600_000).toISOString());
      },
    );
    expect(calls.slice(0, 3)).toEqual([0, 300, 360]);
    const gaps = callTimesIn(events).map((time, i, all) => time - (all[i - 1] ?? time));
    expect(gaps.slice(3).map((ms) => Math.floor(ms / 1000))).toEqual([600, 600, 600]);
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 6, messages: { setPolling: 2 } });
  });

  test('the minimum holds between calls that nobody asked for (T28)', async () => {
    const { calls } = await world.follow(
      (call) => (call < 4 ? IN_PROGRESS : SUCCESS),
      { polling: { minIntervalSeconds: 15, maxIntervalSeconds: 60 } },
      async ({ handle, polled, sleep }) => {
        await polled(1);
        await sleep(3);
        await handle.signal('pollNow');
        await polled(2);
        await sleep(3);
        await handle.signal('pollNow');
      },
    );
    expect(calls.slice(0, 3)).toEqual([0, 3, 6]);
    expect((calls[3] ?? 0) - 6).toBeGreaterThanOrEqual(15);
    expect((calls[4] ?? 0) - (calls[3] ?? 0)).toBeGreaterThanOrEqual(15);
  });

  test('only extendDeadline moves the deadline, by seconds or to an instant, and it holds to the second (T16)', async () => {
    const { outcome, calls } = await world.follow(
      [IN_PROGRESS],
      { ...every(400), deadlineSeconds: 600 },
      async ({ handle, polled, status }) => {
        await polled(1);
        const { startedAt } = await status();
        const after = (seconds: number): string => new Date(Date.parse(startedAt) + seconds * 1000).toISOString();
        await expect(update(handle, 'extendDeadline', { bySeconds: 300 })).resolves.toMatchObject({
          deadlineAt: after(900),
        });
        await expect(update(handle, 'extendDeadline', { deadlineAt: after(1000) })).resolves.toMatchObject({
          deadlineAt: after(1000),
          messages: { extendDeadline: 2 },
        });
        await expect(update(handle, 'extendDeadline', { deadlineAt: after(1000) })).rejects.toThrow(
          WorkflowUpdateFailedError,
        );
      },
    );
    expect(calls).toEqual([0, 400, 800, 1000]);
    expect(outcome?.phase).toBe('DeadlineExceeded');
    expect(secondsInto(outcome, outcome?.endedAt)).toBe(1000);
  });

  test.each<[string, object, string[]]>([
    ['setPolling', {}, ['input must have at least one of minIntervalSeconds, maxIntervalSeconds, ageFraction']],
    [
      'setPolling',
      { minIntervalSeconds: 0, maxIntervalSeconds: '5', ageFraction: 2, initialDelaySeconds: 1 },
      [
        'initialDelaySeconds is not a known field',
        'minIntervalSeconds must be a number of seconds, positive, at most 315360000',
        'maxIntervalSeconds must be a number of seconds, positive, at most 315360000',
        'ageFraction must be a number from 0 to 1',
      ],
    ],
    ['setPolling', { minIntervalSeconds: 61 }, ['minIntervalSeconds must not exceed maxIntervalSeconds']],
    [
      'extendDeadline',
      { bySeconds: -1, until: 5 },
      ['until is not a known field', 'bySeconds must be a number of seconds, positive, at most 315360000'],
    ],
    ['extendDeadline', { deadlineAt: '2020-01-01T00:00:00Z' }, ['the new deadline lies in the past']],
    [
      'resolve',
      { outcome: 'Success', by: ' ' },
      [
        'outcome must be one of Succeeded, Failed',
        'reason must be a non-empty string of at most 1000 characters',
        'by must be a non-empty string of at most 1000 characters',
      ],
    ],
  ])('%s is refused with every fault, and leaves no trace: %j', async (name, argument, faults) => {
    const { outcome, events } = await world.follow([IN_PROGRESS, SUCCESS], every(60), async ({ handle, polled }) => {
      await polled(1);
      const failure = await update(handle, name, argument).catch((error: unknown) => error);
      const { type, details, message } = (failure as WorkflowUpdateFailedError).cause as ApplicationFailure;
      expect({ type, details, message }).toEqual({
        type: 'ProvisioningInvalidInput',
        details: faults,
        message: `Invalid input: ${faults.join('; ')}`,
      });
    });
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 2, messages: {} });
    expect(events.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toEqual([]);
  });

  test('resolve as succeeded completes the follow with who and why, without another call (T57)', async () => {
    const request = { outcome: 'Succeeded', reason: 'the console shows all users', by: 'ada' };
    const { outcome, failure, calls, events } = await world.follow(
      [IN_PROGRESS],
      every(60),
      async ({ handle, polled, sleep }) => {
        await polled(1);
        await sleep(30);
        await expect(update(handle, 'resolve', request)).resolves.toMatchObject({
          phase: 'Resolved',
          status: 'InProgress',
        });
      },
    );
    expect(failure).toBeUndefined();
    expect(calls).toEqual([0]);
    expect(outcome).toMatchObject({
      phase: 'Resolved',
      resolution: { ...request, at: outcome?.endedAt },
      cloudTask: 'Untouched',
      endedWhile: 'Polling',
      message: `Task ${outcome?.taskId} of zone ${ZONE} was declared Succeeded by ada: the console shows all users (last status InProgress, seen at ${outcome?.statusSeenAt})`,
    });
    expect(events.at(-1)?.workflowExecutionCompletedEventAttributes).toBeTruthy();
    expect(events.filter((event) => event.timerFiredEventAttributes)).toEqual([]);
    expect(upsertsIn(events).at(-1)).toEqual({ phase: 'Resolved', phaseSince: outcome?.endedAt, errorCode: null });
  });

  test('resolve as failed fails the follow as a failed task would', async () => {
    const request = { outcome: 'Failed', reason: 'deleted by hand', by: 'ada' };
    const { outcome, failure } = await world.follow([FORBIDDEN], every(60), async ({ handle, polled }) => {
      await polled(1);
      await update(handle, 'resolve', request);
    });
    expect(failure?.type).toBe('ProvisioningFailed');
    expect(failure?.message).toBe(
      `Task ${outcome?.taskId} of zone ${ZONE} was declared Failed by ada: deleted by hand (no status was ever seen)`,
    );
    expect(outcome).toMatchObject({ phase: 'Resolved', resolution: request, endedWhile: 'Blocked' });
    expect(outcome).not.toHaveProperty('blockedBy');
  });

  test('each handler has a description for whoever sends it from the UI', async () => {
    const { outcome } = await world.follow([IN_PROGRESS, SUCCESS], every(60), async ({ handle, polled }) => {
      await polled(1);
      interface Described {
        name: string;
        description?: string;
      }
      const { definition } = await handle.query<{
        definition: Record<'queryDefinitions' | 'signalDefinitions' | 'updateDefinitions', Described[]>;
      }>('__temporal_workflow_metadata');
      const described = (all: Described[]): string[] =>
        all.flatMap(({ name, description = '' }) => (/^[A-Z].{30,200}$/.test(description) ? [name] : [])).sort();
      expect(described(definition.signalDefinitions)).toEqual(Object.values(SIGNALS).sort());
      expect(described(definition.updateDefinitions)).toEqual(Object.values(UPDATES).sort());
      expect(described(definition.queryDefinitions)).toEqual(expect.arrayContaining(Object.values(QUERIES)));
    });
    expect(outcome?.phase).toBe('Succeeded');
  });
});

function update(handle: WorkflowHandle, name: string, argument: object): Promise<ProvisioningSnapshot> {
  return handle.executeUpdate<ProvisioningSnapshot, [object]>(name, { args: [argument] });
}

function checkNow(handle: WorkflowHandle): Promise<ProvisioningSnapshot> {
  return handle.executeUpdate<ProvisioningSnapshot, []>('checkNow');
}

/** Returns the summary of each timer that was started. */
function summariesIn(events: readonly Event[]): string[] {
  return events.flatMap((event) => {
    const data = event.userMetadata?.summary?.data;
    return timerSeconds(event) !== undefined && data ? [JSON.parse(Buffer.from(data).toString()) as string] : [];
  });
}
