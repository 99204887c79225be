import {
  callTimesIn,
  cloudError,
  createTimeSkippingWorld,
  every,
  IN_PROGRESS,
  SUCCESS,
  timerSeconds,
  type Event,
  type TimeSkippingWorld,
} from './time-skipping';

const DAY = 86_400;

describe('the polling of a follow, under time skipping', () => {
  let world: TimeSkippingWorld;

  beforeAll(async () => {
    world = await createTimeSkippingWorld();
  });

  afterAll(async () => world.close());

  test('is one call and no wait for a task that is over already (T58)', async () => {
    const { outcome, calls, events } = await world.follow([{ status: 'Success' }]);
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 1, status: 'Success' });
    expect(outcome).not.toHaveProperty('failureReason');
    expect(outcome).not.toHaveProperty('taskType');
    expect(calls).toEqual([0]);
    expect(timersIn(events)).toEqual([]);
  });

  test('makes its last poll at the deadline, and a success then counts (T13)', async () => {
    const { outcome, calls } = await world.follow([IN_PROGRESS, IN_PROGRESS, SUCCESS], {
      ...every(60),
      deadlineSeconds: 100,
    });
    expect(calls).toEqual([0, 60, 100]);
    expect(outcome?.phase).toBe('Succeeded');
  });

  test.each([
    ['shortens the last wait, never before the deadline (T13)', 60, 100, [0, 60, 100]],
    ['shortens the last wait, not past the deadline (T15)', 60, 90, [0, 60, 90]],
    ['cuts a wait that is longer than what is left (T18)', 3600, 900, [0, 900]],
  ])('%s', async (_, interval, deadlineSeconds, expected) => {
    const { outcome, failure, calls } = await world.follow([IN_PROGRESS], { ...every(interval), deadlineSeconds });
    expect(calls).toEqual(expected);
    expect(failure?.type).toBe('ProvisioningDeadlineExceeded');
    expect(Date.parse(outcome?.endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(outcome?.deadlineAt ?? ''));
  });

  test('waits for the first poll as long as it is told to (T34)', async () => {
    const { outcome, calls } = await world.follow([SUCCESS], { polling: { initialDelaySeconds: 20 } });
    expect(calls).toEqual([20]);
    expect(outcome?.polls).toBe(1);
  });

  test('a pollNow cuts the first wait short, and cancels its timer (T34, T66)', async () => {
    const { calls, events } = await world.follow(
      [SUCCESS],
      { polling: { initialDelaySeconds: 20 } },
      async ({ handle, sleep }) => {
        await sleep(5);
        await handle.signal('pollNow');
      },
    );
    expect(calls).toEqual([5]);
    expect(timersIn(events)).toEqual([20]);
    expect(events.filter((event) => event.timerCanceledEventAttributes)).toHaveLength(1);
    expect(events.filter((event) => event.timerFiredEventAttributes)).toHaveLength(0);
  });

  test('follows the age of the task: 153 to 173 calls in an hour (T40)', async () => {
    const { outcome, calls } = await world.follow((_, age) => (age >= 3600 ? SUCCESS : IN_PROGRESS));
    expect(outcome?.phase).toBe('Succeeded');
    expect(calls.length).toBeGreaterThanOrEqual(153);
    expect(calls.length).toBeLessThanOrEqual(173);
  });

  test('counts the age from startedAt: a task of an hour is asked every 27 to 30 s at once', async () => {
    const startedAt = new Date((await world.now()) - 3_600_000).toISOString();
    const { events } = await world.follow([IN_PROGRESS, IN_PROGRESS, IN_PROGRESS, SUCCESS], { startedAt });
    const waits = timersIn(events);
    expect(waits).toHaveLength(3);
    for (const wait of waits) {
      expect(wait).toBeGreaterThanOrEqual(27);
      expect(wait).toBeLessThanOrEqual(30);
    }
  });

  test('keeps the minimum between two calls whatever they bring (T28)', async () => {
    const mixture = [
      IN_PROGRESS,
      cloudError('InternalError'),
      cloudError('RequestLimitExceeded'),
      { status: 'Odd' },
      cloudError('ResourceNotFound.UserProvisioningTaskNotFound'),
      new Error('lost'),
    ];
    const script = (call: number): (typeof mixture)[number] => (call < 30 ? (mixture[call % 6] ?? SUCCESS) : SUCCESS);
    const { outcome, events } = await world.follow(script, {
      polling: { minIntervalSeconds: 15, maxIntervalSeconds: 60 },
    });
    expect(outcome).toMatchObject({ phase: 'Succeeded', polls: 31 });
    const times = callTimesIn(events);
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(15_000);
  });

  test('takes waits of 30 days in one timer (T24)', async () => {
    const { outcome, events, calls } = await world.follow([IN_PROGRESS], {
      ...every(30 * DAY),
      deadlineSeconds: 60 * DAY,
    });
    expect(timersIn(events)[0]).toBe(30 * DAY);
    expect(calls).toEqual([0, 30 * DAY, 60 * DAY]);
    expect(outcome?.phase).toBe('DeadlineExceeded');
  });
});

/** Seconds of each timer that was started. */
function timersIn(events: readonly Event[]): number[] {
  return events.flatMap((event) => timerSeconds(event) ?? []);
}
