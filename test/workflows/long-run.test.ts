import { TencentCloudError } from '../../src/tencent';
import { runsOf } from '../support/runs';

import {
  callTimesIn,
  createTimeSkippingWorld,
  every,
  IN_PROGRESS,
  secondsInto,
  timeOf,
  upsertsIn,
  type TimeSkippingWorld,
} from './time-skipping';

const REFUSED = new TencentCloudError('ClientError.NetworkError', 'connect ECONNREFUSED');
const HOUR = 3_600;
const DAY = 24 * HOUR;

describe('a follow of thirty days, under time skipping', () => {
  let world: TimeSkippingWorld;

  beforeAll(async () => {
    world = await createTimeSkippingWorld();
  });

  afterAll(async () => world.close());

  test('with pauses, an outage and an extension ends at its deadline to the second, no run above 4,096 events (T16, T62)', async () => {
    const extension = { args: [{ bySeconds: 2 * DAY }] as [object], updateId: 'two-more-days' };
    let deadlineAt: string | undefined;
    const { outcome, failure, handle } = await world.follow(
      (_, age) => (age >= 10 * DAY && age < 10 * DAY + 6 * HOUR ? REFUSED : IN_PROGRESS),
      { ...every(500), deadlineSeconds: 28 * DAY, note: 'a month' },
      async ({ handle: follow, sleep, status }) => {
        await sleep(5 * DAY);
        await follow.signal('pause', { reason: 'maintenance' });
        await sleep(12 * HOUR);
        await follow.signal('resume');
        await sleep(4 * DAY + 15 * HOUR);
        const during = await status();
        expect(during.degradedBy?.code).toBe('ClientError.NetworkError');
        // Since 10 days: 3 hours of errors, one in 500 s.
        expect(during.degradedBy?.count).toBeGreaterThanOrEqual(21);
        expect(during.degradedBy?.count).toBeLessThanOrEqual(23);
        ({ deadlineAt } = await follow.executeUpdate<typeof during, [object]>('extendDeadline', extension));
        await sleep(10 * DAY);
        await follow.signal('pause', { reason: 'once more' });
        await sleep(12 * HOUR);
        await follow.signal('resume');
        // Several runs later: the same update is the same update.
        const repeated = await follow.executeUpdate<typeof during, [object]>('extendDeadline', extension);
        expect(repeated).toMatchObject({ deadlineAt, messages: { pause: 2, resume: 2, extendDeadline: 1 } });
        expect(repeated).not.toHaveProperty('degradedBy');
      },
    );
    expect(failure?.type).toBe('ProvisioningDeadlineExceeded');
    expect(outcome).toMatchObject({ phase: 'DeadlineExceeded', status: 'InProgress', deadlineAt });
    expect(secondsInto(outcome, deadlineAt)).toBe(30 * DAY);
    expect(secondsInto(outcome, outcome?.endedAt)).toBe(30 * DAY);
    expect(outcome?.observations.map(({ status, errorCode }) => status ?? errorCode)).toEqual([
      'InProgress',
      'ClientError.NetworkError',
      'InProgress',
    ]);

    const runs = (await runsOf(handle)).map(({ events }) => events);
    expect(runs.length).toBeGreaterThan(10);
    expect(Math.max(...runs.map((run) => run.length))).toBeLessThan(4_096);
    const calls = runs.flatMap(callTimesIn);
    expect(outcome?.polls).toBe(calls.length);
    // 29 of 30 days at one poll in 500 s; a poll itself takes a moment of the server's clock.
    expect(calls.length).toBeGreaterThan(4_950);
    expect(calls.length).toBeLessThanOrEqual(5_014);
    const startedMs = timeOf(runs[0]?.[0] ?? {});
    const daysWithoutCalls = calls
      .slice(1)
      .map((at, i) => [(calls[i] ?? 0) - startedMs, at - (calls[i] ?? 0)] as const);
    const pauses = daysWithoutCalls.filter(([, gapMs]) => gapMs > 600_000).map(([fromMs]) => fromMs / DAY / 1000);
    expect(pauses.map(Math.round)).toEqual([5, 20]);
    expect(runs.flatMap(upsertsIn).map(({ phase, errorCode }) => [phase, errorCode])).toEqual([
      ['Polling', null],
      ['Paused', null],
      ['Polling', null],
      ['Polling', 'ClientError.NetworkError'],
      ['Polling', null],
      ['Paused', null],
      ['Polling', null],
      ['DeadlineExceeded', null],
    ]);
  }, 300_000);
});
